# Local structural-after-measurement with an interaction, step by step in R. Run in this folder: Rscript latent.R
# R 4.2.2 with lavaan 0.6-14 for the one-factor models (it warns that it cannot reach the tolerance; nine decimals are reached). Data: psychTools::bfi, complete rows of fifteen items.
source("../save.R")
prefix <- "latent_"
data(bfi, package = "psychTools")
scales <- list(A = paste0("A", 1:5), E = paste0("E", 1:5), N = paste0("N", 1:5))
bfi[c("A1", "E1", "E2")] <- 7 - bfi[c("A1", "E1", "E2")]
all <- na.omit(bfi[unlist(scales)]); rows <- NULL
for (n in c(nrow(all), 300)) {
  d <- head(all, n)
  f <- lapply(scales, function(items) {
    m <- lavaan::cfa(paste("f =~", paste(items, collapse = " + ")), d, control = list(rel.tol = 1e-15, iter.max = 5000))
    l <- lavaan::lavInspect(m, "est")$lambda[, 1]; u <- diag(lavaan::lavInspect(m, "est")$theta); s <- sum(l^2 / u)
    list(f = as.vector(scale(as.matrix(d[items]), scale = FALSE) %*% (l / u)) / s, theta = 1 / s) })
  x <- f$E$f; w <- f$N$f; y <- f$A$f; tx <- f$E$theta; tw <- f$N$theta
  X <- cbind(1, x, w, x * w); M <- crossprod(X) / n; E <- 0 * M; E[2, 2] <- tx; E[3, 3] <- tw
  E[4, 4] <- tx * mean(w^2) + tw * mean(x^2) - tx * tw
  b <- solve(M - E, crossprod(X, y) / n)
  plain <- solve(M, crossprod(X, y) / n)
  rows <- rbind(rows, data.frame(n, method = c("sam", "factor_scores"), estimate = c(b[4], plain[4])))
}
save(rows, "sam")
