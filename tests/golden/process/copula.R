# The two-stage copula correction (2sCOPE), step by step in R. Run in this folder: Rscript copula.R
# R 4.2.2. The data are synthetic: the errors of m and y correlate, so least squares is biased (the truth is .5).
source("../save.R")
prefix <- "copula_"
set.seed(6); n <- 600
z <- matrix(rnorm(2 * n), n) %*% chol(matrix(c(1, .6, .6, 1), 2)); x <- rexp(n); base <- z[, 1] + .5 * qnorm(rank(x) / (n + 1))
d <- data.frame(respondent = sprintf("S%03d", 1:n), x = round(x, 3), m = round(exp(base / sqrt(1.25)), 3)); d$y <- round(.3 * d$x + .5 * d$m + z[, 2], 3)
write.csv(d, "copula_synthetic.csv", row.names = FALSE, quote = FALSE)
normal <- function(v) qnorm(rank(v) / (length(v) + 1))
d$term <- resid(lm(normal(m) ~ normal(x), d))
m <- lm(y ~ x + m + term, d)
save(data.frame(ols = coef(lm(y ~ x + m, d))[["m"]], estimate = coef(m)[["m"]], term = coef(m)[["term"]]), "values")
