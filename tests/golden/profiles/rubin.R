# Rubin's rules (mice), D1 (mitml), and a multinomial logit (nnet) on simulated data.
suppressMessages({library(mitml); library(mice); library(nnet)})
source("../save.R")
set.seed(11)
m <- 8; k <- 3
estimates <- matrix(rnorm(m * k, rep(c(.5, .1, -.3), each = m), .12), m)
covs <- lapply(1:m, function(i) { a <- matrix(rnorm(9, 0, .05), 3); crossprod(a) + diag(c(.04, .03, .05)) })
save(data.frame(draw = rep(1:m, each = k), term = rep(1:k, m), estimate = as.numeric(t(estimates)),
                do.call(rbind, covs)), "rubin_draws")
pooled <- do.call(rbind, lapply(1:k, function(j) { p <- pool.scalar(estimates[, j], sapply(covs, function(v) v[j, j]), n = 61, k = 1)
  data.frame(term = j, estimate = p$qbar, variance = p$t, df = p$df, fmi = p$fmi) }))
save(pooled, "rubin_pooled")
q <- t(estimates); rownames(q) <- paste0("p", 1:k); u <- array(unlist(covs), c(k, k, m), list(paste0("p", 1:k), paste0("p", 1:k), NULL))
d1 <- testConstraints(qhat = q, uhat = u, constraints = paste0("p", 1:k), method = "D1")
save(data.frame(f = d1$test[1], df1 = d1$test[2], df2 = d1$test[3], p = d1$test[4]), "rubin_joint")

n <- 400
d <- data.frame(x = rnorm(n), w = rnorm(n))
eta <- cbind(0, .3 + .6 * d$x, -.2 - .5 * d$x + .4 * d$w)
d$profile <- apply(eta, 1, function(e) sample(0:2, 1, prob = exp(e)))
f <- multinom(profile ~ x + w, d, trace = FALSE, reltol = 1e-14, maxit = 1000, Hess = TRUE)
s <- summary(f)
save(data.frame(profile = rep(rownames(s$coefficients), 3), term = rep(colnames(s$coefficients), each = 2),
                estimate = as.numeric(s$coefficients), std_error = as.numeric(s$standard.errors)), "multinomial")
save(d, "multinomial_data")
