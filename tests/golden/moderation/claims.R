# What the claims about the published study's interaction rest on, as R finds it. Run in this folder: Rscript claims.R
# R 4.2.2 with MASS 7.3-58; two minutes, most of it refits without each respondent. The data are synthetic.
source("../save.R")
prefix <- "claims_"
raw <- read.csv("../../../data/raw/schmitt2021_synthetic.csv")
items <- lapply(c(promotion = "promotion_", usefulness = "usefulness_", support = "support_"),
                function(name) as.matrix(raw[startsWith(names(raw), name)]))
y <- rowSums(items$promotion); x <- rowSums(items$usefulness); w <- rowSums(items$support)
x <- x - mean(x); w <- w - mean(w); n <- length(y)
X <- cbind(1, x, w, xw = x * w)
reduced <- lm(y ~ x + w); m <- lm(y ~ x * w)
robust <- function(X, e) { A <- solve(crossprod(X)); u <- X * as.vector(e / (1 - rowSums((X %*% A) * X))); sqrt((A %*% crossprod(u) %*% A)[4, 4]) }

# the interval of the increment, and the smallest significant one
f <- anova(reduced, m)$F[2]; r2 <- summary(reduced)$r.squared
ends <- sapply(c(.975, .025), function(p) uniroot(function(l) pf(f, 1, 71, l) - p, c(0, 100), tol = 1e-12)$root)
critical <- qf(.95, 1, 71)
save(data.frame(low = (1 - r2) * ends[1] / (ends[1] + n), high = (1 - r2) * ends[2] / (ends[2] + n),
                least = critical * (1 - r2) / (71 + critical)), "change")

# other scales of the outcome, and other models
share <- ((y - 4) / 16 * (n - 1) + .5) / n
outcomes <- list(as_measured = y, log = log(y), logit = qlogis(share), rank_normal = qnorm((rank(y) - 3 / 8) / (n + 1 / 4)), squared = y^2)
row <- function(analysis, b, s, df) data.frame(analysis, estimate = b, std_error = s, p_value = 2 * pt(-abs(b / s), df))
found <- do.call(rbind, lapply(names(outcomes), function(name) {
  one <- lm.fit(X, outcomes[[name]]); row(name, one$coefficients[[4]], robust(X, one$residuals), 71) }))
wider <- cbind(X, x^2, w^2); one <- lm.fit(wider, y); A <- solve(crossprod(wider)); h <- rowSums((wider %*% A) * wider)
found <- rbind(found, row("quadratic", one$coefficients[[4]], sqrt((A %*% crossprod(wider * (one$residuals / (1 - h))) %*% A)[4, 4]), 69))
size <- apply(abs(X), 2, max); z <- as.data.frame(sweep(X, 2, size, "/")[, -1])
ordered <- MASS::polr(factor(y) ~ x + w + xw, z, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
found <- rbind(found, row("proportional_odds", coef(ordered)[["xw"]] / size[[4]], sqrt(vcov(ordered)["xw", "xw"]) / size[[4]], Inf))
# MASS divides the variance of psi' by n - 1, statsmodels by n
huber <- MASS::rlm(y ~ x + w + xw, z, acc = 1e-14, maxit = 500); u <- huber$residuals / huber$s
inner <- as.numeric(abs(u) <= 1.345); mn <- mean(inner); kappa <- 1 + 4 * mean((inner - mn)^2) / (n * mn^2)
psi <- pmax(pmin(u, 1.345), -1.345) * huber$s
s <- sqrt(sum(psi^2) / 71 * kappa^2 / mn^2 * diag(solve(crossprod(sweep(X, 2, size, "/")))))[4]
found <- rbind(found, row("robust", coef(huber)[["xw"]] / size[[4]], s / size[[4]], 71))
save(found, "scales")

# how many omissions of one respondent make the interval include zero, given the observed t: refits
set.seed(2021); t0 <- coef(m)[[4]] / robust(X, resid(m)); critical <- qt(.975, 70)
counts <- replicate(4000, {
  e <- lm.fit(X, rnorm(n))$residuals; yy <- X[, 4] * t0 * robust(X, e) + e
  sum(sapply(1:n, function(i) { one <- lm.fit(X[-i, ], yy[-i]); one$coefficients[[4]] / robust(X[-i, ], one$residuals) <= critical }))
})
save(data.frame(t = t0, data_sets = 4000L, any = mean(counts > 0), as_many = mean(counts >= 3), median = median(counts)), "fragility")

# power of the HC3 interval among newly drawn respondents
s2 <- summary(reduced)$sigma^2; change <- c(.01, .0702322902586); lambda <- sqrt(n * change / (1 - r2 - change))
unit <- sqrt(solve(crossprod(X))[4, 4])
power <- rowMeans(replicate(10000, {
  i <- sample.int(n, replace = TRUE); e <- rnorm(n); one <- lm.fit(X[i, ], e)
  abs(one$coefficients[[4]] / unit + lambda) > qt(.975, 71) * robust(X[i, ], one$residuals) / unit
}))
save(data.frame(change, studies = 10000L, power), "power")

# corrected for measurement error, with alpha resampled
alpha <- function(v) { k <- ncol(v); k / (k - 1) * (1 - sum(apply(v, 2, var)) / var(rowSums(v))) }
corrected <- function(i) {
  d <- cbind(X[i, ], y = y[i]); M <- crossprod(d) / n
  tx <- (1 - alpha(items$usefulness[i, ])) * (M[2, 2] - M[1, 2]^2); tw <- (1 - alpha(items$support[i, ])) * (M[3, 3] - M[1, 3]^2)
  E <- matrix(0, 4, 4)
  E[c(2, 4), c(2, 4)] <- E[c(2, 4), c(2, 4)] + tx * matrix(c(1, M[1, 3], M[1, 3], M[3, 3]), 2)
  E[c(3, 4), c(3, 4)] <- E[c(3, 4), c(3, 4)] + tw * matrix(c(1, M[1, 2], M[1, 2], M[2, 2] - tx), 2)
  solve(M[1:4, 1:4] - E, M[1:4, 5])[4]
}
draws <- replicate(200000, corrected(sample.int(n, replace = TRUE)))
save(data.frame(estimate = corrected(1:n), boot_std_error = sd(draws), boot_low = quantile(draws, .025), boot_high = quantile(draws, .975)), "corrected")
