# The moderation models of examples/globalwarming as R finds them. Run in this folder: Rscript globalwarm.R
# R 4.2.2 with sandwich 3.0-2; the bootstrap takes half a minute.
data <- read.csv("../../../examples/globalwarming/data/raw/globalWarm.csv")
all_names <- c("posemot", "negemot", "ideology", "age", "sex")
shapes <- list(main = c("negemot", "age"), ideology_age = c("ideology", "age"), ideology_negemot = c("ideology", "negemot"),
               sex_negemot = c("sex", "negemot"), sex_ideology = c("sex", "ideology"), sex_age = c("sex", "age"),
               negemot_sex = c("negemot", "sex"), main_centred = c("negemot", "age"))
source("../save.R")
prefix <- "globalwarm_"

boundaries <- function(b1, b3, v11, v13, v33, df) {
  t2 <- qt(.975, df)^2
  a <- t2 * v33 - b3^2; b <- 2 * (t2 * v13 - b1 * b3); c <- t2 * v11 - b1^2
  d <- b^2 - 4 * a * c
  if (d < 0) numeric(0) else sort((-b + c(-1, 1) * sqrt(d)) / (2 * a))
}

coefficients <- effects <- roots <- fits <- NULL
for (name in names(shapes)) {
  x <- shapes[[name]][1]; w <- shapes[[name]][2]
  used <- data
  if (name == "main_centred") used[c(x, w)] <- lapply(used[c(x, w)], function(v) v - mean(v))
  covariates <- paste(setdiff(all_names, c(x, w)), collapse = " + ")
  full <- lm(as.formula(paste("govact ~", x, "*", w, "+", covariates)), used)
  reduced <- lm(as.formula(paste("govact ~", x, "+", w, "+", covariates)), used)
  b <- coef(full); v <- vcov(full); hc3 <- sandwich::vcovHC(full, type = "HC3"); df <- df.residual(full)
  names(b)[1] <- "intercept"
  s <- summary(full); a <- anova(reduced, full); ci <- confint(full)
  coefficients <- rbind(coefficients, data.frame(model = name, term = names(b), estimate = b, std_error = sqrt(diag(v)),
    t = s$coefficients[, "t value"], p_value = s$coefficients[, "Pr(>|t|)"], ci_low = ci[, 1], ci_high = ci[, 2],
    std_error_hc3 = sqrt(diag(hc3)), p_value_hc3 = 2 * pt(-abs(b) / sqrt(diag(hc3)), df)))
  f <- s$fstatistic
  fits <- rbind(fits, data.frame(model = name, n = nobs(full), r_squared = s$r.squared, adj_r_squared = s$adj.r.squared,
    f = f[[1]], p_value = pf(f[[1]], f[[2]], f[[3]], lower.tail = FALSE), r_squared_change = s$r.squared - summary(reduced)$r.squared,
    f_change = a$F[2], p_change = a$`Pr(>F)`[2], df_model = as.integer(f[[2]]), df_residual = df))
  i <- paste0(x, ":", w)
  at <- c(p16 = NA, p50 = NA, p84 = NA, `mean-sd` = -1, mean = 0, `mean+sd` = 1) * sd(used[[w]]) + mean(used[[w]])
  at[1:3] <- quantile(used[[w]], c(.16, .5, .84), type = 6)
  effect <- b[[x]] + b[[i]] * at
  se <- sqrt(v[x, x] + 2 * at * v[x, i] + at^2 * v[i, i])
  shift <- if (name == "main_centred") mean(data[[w]]) else 0
  effects <- rbind(effects, data.frame(model = name, probe = names(at), moderator_value = at + shift, effect = effect, std_error = se,
    t = effect / se, p_value = 2 * pt(-abs(effect / se), df), ci_low = effect - qt(.975, df) * se, ci_high = effect + qt(.975, df) * se))
  for (root in boundaries(b[[x]], b[[i]], v[x, x], v[x, i], v[i, i], df) + shift)
    roots <- rbind(roots, data.frame(model = name, boundary = root, percent_below = 100 * mean(data[[w]] < root)))
}
save(coefficients, "coefficients"); save(fits, "fit"); save(effects, "conditional_effects"); save(roots, "johnson_neyman")

# a long run of the case-resampling bootstrap of the model main
set.seed(2021)
x <- model.matrix(govact ~ negemot * age + posemot + ideology + sex, data)
y <- data$govact
draws <- t(replicate(200000, { i <- sample.int(nrow(x), replace = TRUE); .lm.fit(x[i, ], y[i])$coefficients }))
colnames(draws) <- c("intercept", colnames(x)[-1])
ages <- quantile(data$age, c(p16 = .16, p50 = .5, p84 = .84), type = 6)
effect <- sapply(ages, function(age) draws[, "negemot"] + draws[, "negemot:age"] * age)
colnames(effect) <- c("p16", "p50", "p84")
both <- cbind(draws, effect)
save(data.frame(quantity = colnames(both), boot_std_error = apply(both, 2, sd), boot_low = apply(both, 2, quantile, .025),
                boot_high = apply(both, 2, quantile, .975)), "bootstrap")
