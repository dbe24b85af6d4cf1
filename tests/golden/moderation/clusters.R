# Cluster-robust inference: clubSandwich (CR2, Satterthwaite, HTZ) on three designs.
suppressMessages(library(clubSandwich))
source("../save.R")
set.seed(3)
made <- function(sizes) {
  firm <- rep(seq_along(sizes), sizes)
  n <- length(firm)
  x <- round(rnorm(n) + rnorm(length(sizes))[firm] * 0.5, 3)
  w <- round(rnorm(n), 3)
  c <- round(rnorm(length(sizes))[firm], 3)  # constant within firms
  y <- round(3 + 0.3 * x + 0.2 * w + 0.1 * x * w + 0.2 * c + rnorm(length(sizes))[firm] * 0.6 + rnorm(n), 3)
  data.frame(firm, x, w, c, y)
}
designs <- list(even = made(rep(6, 12)), uneven = made(c(1, 1, 2, 3, 5, 8, 13, 21, 30)), few = made(c(9, 12, 20, 4, 7)))
tests <- walds <- data <- NULL
for (name in names(designs)) {
  d <- designs[[name]]
  m <- lm(y ~ x * w + c, d)
  v <- vcovCR(m, d$firm, "CR2")
  t <- coef_test(m, v, test = "Satterthwaite")
  tests <- rbind(tests, data.frame(design = name, term = t$Coef, estimate = t$beta, std_error = t$SE, t = t$tstat, df = t$df_Satt,
                                   p_value = t$p_Satt))
  ends <- rbind(c(0, 1, 0, 0, -1), c(0, 1, 0, 0, 2))  # the effect of x at w = -1 and 2
  l <- linear_contrast(m, v, ends)
  tests <- rbind(tests, data.frame(design = name, term = c("x at -1", "x at 2"), estimate = l$Est, std_error = l$SE,
                                   t = l$Est / l$SE, df = l$df, p_value = 2 * pt(-abs(l$Est / l$SE), l$df)))
  for (terms in list(5, c(2, 5), c(3, 4), c(2, 3, 5))) {
    h <- Wald_test(m, constrain_zero(terms, coef(m)), v, test = "HTZ")
    walds <- rbind(walds, data.frame(design = name, terms = paste(terms, collapse = " "), f = h$Fstat, df1 = h$df_num,
                                     df2 = h$df_denom, p_value = h$p_val))
  }
  a <- anova(lm(y ~ factor(firm), d))
  n0 <- (nrow(d) - sum(table(d$firm)^2) / nrow(d)) / a[1, "Df"]
  ms <- a[, "Mean Sq"]
  walds <- rbind(walds, data.frame(design = name, terms = "icc", f = (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2]), df1 = NA,
                                   df2 = NA, p_value = NA))
  data <- rbind(data, cbind(design = name, d))
}
save(tests, "clusters_tests")
save(walds, "clusters_wald")
save(data, "clusters_data")
