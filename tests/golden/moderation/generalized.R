# Moderation of outcomes that are not quantities, as R finds it. Run in this folder: Rscript generalized.R
# R 4.2.2 with MASS 7.3-58, sandwich 3.0-2, brglm2 0.9, ordinal 2022.11-16. The data are synthetic.
source("../save.R")
prefix <- "generalized_"
set.seed(20); n <- 240
d <- data.frame(respondent = sprintf("S%03d", 1:n), x = round(rnorm(n, 4, 1.2), 2), w = round(rnorm(n, 3, 1), 2), c = round(rnorm(n, 10, 4), 1),
                g = rbinom(n, 1, .45), firm = rep(1:30, each = 8))
eta <- with(d, -.4 + .5 * (x - 4) + .2 * (w - 3) + .3 * (x - 4) * (w - 3) - .05 * (c - 10)) + rep(rnorm(30, 0, .3), each = 8)
d$bought <- rbinom(n, 1, plogis(eta)); d$deals <- rnbinom(n, 1.5, mu = exp(eta + 1))
d$stage <- cut(eta + rlogis(n), c(-Inf, -1.5, 0, 1.2, Inf), labels = FALSE)
write.csv(d, "generalized_synthetic.csv", row.names = FALSE, quote = FALSE)
x0 <- mean(d$x); w0 <- mean(d$w); d$xc <- d$x - x0; d$wc <- d$w - w0
q <- function(v, p) quantile(v, p, type = 6, names = FALSE)
tight <- glm.control(1e-14, 100)
models <- list(binary = glm(bought ~ xc * wc + c, binomial, d, control = tight),
               count = MASS::glm.nb(deals ~ xc * wc + c, d, control = tight),
               ordered = MASS::polr(factor(stage) ~ xc * wc + c, d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000)),
               firth = glm(bought ~ xc * wc + c, binomial, d, method = brglm2::brglmFit, type = "MPL_Jeffreys", epsilon = 1e-12, maxit = 500))
# the covariance of polr is from a numerical Hessian, that of clm exact; the sandwich is available for polr alone
exact <- ordinal::clm(factor(stage) ~ xc * wc + c, data = d, control = ordinal::clm.control(gradTol = 1e-12))
covariance <- function(name, m) if (name == "ordered") vcov(exact) else vcov(m)
rows <- NULL
for (name in names(models)) {
  m <- models[[name]]
  b <- if (name == "ordered") coef(exact) else coef(m)
  k <- length(b) + (name == "count")
  if (name == "ordered") {
    u <- sandwich::estfun(m)[, names(b)]; u2 <- rowsum(u, d$firm); v <- vcov(exact)
    robust <- sqrt(diag(v %*% crossprod(u) %*% v) * n / (n - k)); clustered <- sqrt(diag(v %*% crossprod(u2) %*% v) * 30 / 29 * (n - 1) / (n - k))
    names(robust) <- names(clustered) <- names(b)
  } else {
  robust <- if (name == "firth") c(x = NA) else sqrt(diag(sandwich::sandwich(m)) * n / (n - k))
  clustered <- if (name == "firth") c(x = NA) else sqrt(diag(sandwich::vcovCL(m, d$firm, type = "HC0", cadjust = FALSE)) * 30 / 29 * (n - 1) / (n - k))
  }
  rows <- rbind(rows, data.frame(family = name, term = names(b), estimate = b, std_error = sqrt(diag(covariance(name, m)))[1:length(b)], robust = robust[names(b)], clustered = clustered[names(b)]))
}
save(rows, "coefficients")

# differences of predicted probabilities or counts, averaged over the covariate, by numerical derivatives of the delta method
predicted <- function(name, b, x, w) {
  eta <- cbind(x - x0, w - w0, d$c, (x - x0) * (w - w0))
  if (name == "ordered") { e <- eta %*% b[1:4]; cum <- sapply(b[5:7], function(t) plogis(t - e)); return(colMeans(cbind(cum, 1) - cbind(0, cum))) }
  e <- cbind(1, eta) %*% b
  mean(if (name == "count") exp(e) else plogis(e))
}
jacobian <- function(f, b) { h <- 1e-5; sapply(seq_along(b), function(i) { e <- replace(0 * b, i, h)
  (8 * (f(b + e) - f(b - e)) - (f(b + 2 * e) - f(b - 2 * e))) / (12 * h) }) }
low <- q(d$x, .16); high <- q(d$x, .84); probes <- q(d$w, c(.16, .5, .84)); found <- NULL; second <- NULL
for (name in c("binary", "count", "ordered")) {
  m <- models[[name]]; b <- if (name == "ordered") coef(exact)[c("xc", "wc", "c", "xc:wc", "1|2", "2|3", "3|4")] else coef(m)[c("(Intercept)", "xc", "wc", "c", "xc:wc")]
  v <- covariance(name, m)[names(b), names(b)]
  tested <- function(f) { j <- matrix(jacobian(f, b), ncol = length(b)); data.frame(estimate = f(b), std_error = sqrt(diag(j %*% v %*% t(j)))) }
  levels <- if (name == "ordered") 1:4 else NA
  difference <- function(w) function(b) predicted(name, b, high, w) - predicted(name, b, low, w)
  for (p in 1:3) found <- rbind(found, data.frame(family = name, probe = c("p16", "p50", "p84")[p], level = levels, tested(difference(probes[p]))))
  second <- rbind(second, data.frame(family = name, level = levels, tested(function(b) difference(probes[3])(b) - difference(probes[1])(b))))
}
save(found, "differences"); save(second, "second")
lr <- function(m, name) { m0 <- update(m, . ~ . - xc:wc); m00 <- update(m, . ~ 1)
  data.frame(family = name, log_likelihood = logLik(m)[1], null = logLik(m00)[1], change = 2 * (logLik(m)[1] - logLik(m0)[1]), aic = AIC(m),
             dispersion = if (name == "count") 1 / m$theta else NA) }
save(do.call(rbind, lapply(c("binary", "count", "ordered"), function(name) lr(models[[name]], name))), "fit")

# an ordered item of real data: psychTools::bfi
data(bfi, package = "psychTools"); e <- na.omit(bfi[c("N1", "age", "gender")]); e$ac <- e$age - mean(e$age); e$g <- e$gender - 1
m <- ordinal::clm(ordered(N1) ~ ac * g, data = e, control = ordinal::clm.control(gradTol = 1e-12))
save(data.frame(term = c("age", "gender", "age:gender"), estimate = coef(m)[6:8], std_error = sqrt(diag(vcov(m)))[6:8], n = nrow(e), log_likelihood = logLik(m)[1]), "bfi")
