# Reliability of the five scales of examples/bfi as R finds it. Run in this folder: Rscript reliability.R
# R 4.2.2 with psych 2.2.9. Complete rows within a scale; reverse-keyed items turned on the range 1 to 6.
suppressMessages(library(psych))
data <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"), neuroticism = c("N1", "N2", "N3", "N4", "N5"),
             openness = c("O1", "-O2", "O3", "O4", "-O5"))
unkeyed <- list(agree_unkeyed = c("A1", "A2", "A3", "A4", "A5"))  # A1 left as it is: an item against its scale
source("../save.R")

# one minres factor without early stop: the squared off-diagonal residuals, their gradient, and Newton's method
minres <- function(r, start) {
  l <- start
  for (step in 1:50) {
    residual <- r - tcrossprod(l); diag(residual) <- 0
    gradient <- -residual %*% l
    hessian <- tcrossprod(l) - residual; diag(hessian) <- sum(l^2) - l^2
    l <- l - solve(hessian, gradient)
  }
  stopifnot(max(abs(gradient)) < 1e-14)
  drop(l)
}

scales <- items <- NULL
for (name in names(c(keys, unkeyed))) {
  key <- c(keys, unkeyed)[[name]]
  columns <- sub("-", "", key)
  answers <- na.omit(data[columns])
  for (one in sub("-", "", grep("^-", key, value = TRUE))) answers[[one]] <- 7 - answers[[one]]
  a <- suppressWarnings(alpha(answers))
  ci <- alpha.ci(a$total$raw_alpha, n.obs = nrow(answers), n.var = ncol(answers))
  r <- cor(answers)
  o <- suppressMessages(suppressWarnings(omega(answers, nfactors = 1, flip = FALSE, plot = FALSE)))
  f <- fa(answers, nfactors = 1, fm = "minres")
  exact <- minres(r, as.numeric(f$loadings))
  scales <- rbind(scales, data.frame(scale = name, n = nrow(answers), alpha = a$total$raw_alpha, alpha_low = ci$lower.ci,
    alpha_high = ci$upper.ci, std_alpha = a$total$std.alpha, mean_inter_item_r = a$total$average_r, omega_total = o$omega.tot,
    omega_total_exact = (sum(r) - sum(1 - exact^2)) / sum(r)))
  items <- rbind(items, data.frame(scale = name, item = columns, mean = colMeans(answers), sd = apply(answers, 2, sd),
    item_rest_r = a$item.stats$r.drop, alpha_if_dropped = a$alpha.drop$raw_alpha, loading = as.numeric(f$loadings),
    loading_exact = exact))
}
save(scales, "reliability_scales"); save(items, "reliability_items")

# ordinal coefficients from lavaan's polychoric correlations, which end nearer to the maximum than psych's; and skewness
suppressMessages(library(lavaan))
ordinal <- NULL
for (name in names(keys)) {
  columns <- sub("-", "", keys[[name]])
  for (n in c(Inf, 75)) {
    answers <- na.omit(data[columns])
    answers <- answers[seq_len(min(n, nrow(answers))), ]
    for (one in sub("-", "", grep("^-", keys[[name]], value = TRUE))) answers[[one]] <- 7 - answers[[one]]
    r <- unclass(lavCor(answers, ordered = columns))
    p <- polychoric(answers, correct = 0)$rho
    exact <- minres(r, as.numeric(fa(r, nfactors = 1, fm = "minres")$loadings))
    mean_r <- mean(r[lower.tri(r)])
    ordinal <- rbind(ordinal, data.frame(scale = name, n = nrow(answers), ordinal_alpha = 5 * mean_r / (1 + 4 * mean_r),
      ordinal_omega_total = (sum(r) - sum(1 - exact^2)) / sum(r), psych_ordinal_alpha = 5 * mean(p[lower.tri(p)]) / (1 + 4 * mean(p[lower.tri(p)])),
      t(setNames(r[lower.tri(r)], paste0("r", 1:10))), t(setNames(skew(answers, type = 2), paste0("skew", 1:5)))))
  }
}
save(ordinal, "reliability_ordinal")

# the percentile bootstrap of alpha, as psych's n.iter does it: the first 75 and 150 complete rows of a scale
set.seed(1)
boot <- NULL
for (n in c(75, 150)) {
  answers <- as.matrix(na.omit(data[keys$neuroticism])[1:n, ])
  raw <- replicate(20000, { v <- var(answers[sample(n, replace = TRUE), ]); 5 / 4 * (1 - sum(diag(v)) / sum(v)) })
  boot <- rbind(boot, data.frame(n = n, alpha_boot_low = quantile(raw, .025), alpha_boot_high = quantile(raw, .975)))
}
save(boot, "reliability_bootstrap")

# scores as psych has them, without imputation: the first 150 respondents and the first 100 with a missing answer
scored <- scoreItems(keys, data[1:25], impute = "none", min = 1, max = 6, totals = FALSE)$scores
rows <- sort(union(1:150, which(!complete.cases(data[1:25]))[1:100]))
save(data.frame(respondent = sprintf("R%04d", rows), scored[rows, ]), "scoring_bfi")
