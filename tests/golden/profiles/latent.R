# What mclust finds on simulated types. Run in this folder: Rscript latent.R
# R 4.2.2 with mclust 6.0.0. The people are computed by this script: they are synthetic.
suppressMessages(library(mclust))
set.seed(3)
types <- rep(1:3, c(80, 70, 50))
centres <- rbind(c(75, 75, 75), c(25, 75, 25), c(25, 25, 25))
points <- round(centres[types, ] + matrix(rnorm(600, sd = 14), 200), 1)
data <- data.frame(type = types, points); names(data)[-1] <- c("promotion", "usefulness", "support")
write.csv(data, "latent_synthetic.csv", row.names = FALSE, quote = FALSE)
z <- unmap(types)
single <- function(name) c(VII = "XII", VVI = "XXI", EEE = "XXX", VVV = "XXX")[[name]]
found <- do.call(rbind, lapply(c("VII", "VVI", "EEE", "VVV"), function(name) do.call(rbind, lapply(c(1, 3), function(k) {
  start <- if (k == 1) matrix(1, 200, 1) else z
  m <- if (k == 1) mvn(single(name), points) else
    me(data = points, modelName = name, z = start, control = emControl(tol = c(1e-12, 1e-12), itmax = c(10000, 10000)))
  data.frame(mclust = name, profiles = k, log_likelihood = m$loglik, parameters = nMclustParams(if (k == 1) single(name) else name, 3, k))
}))))
found$bic <- -2 * found$log_likelihood + found$parameters * log(200)
numbers <- sapply(found, is.double)
found[numbers] <- lapply(found[numbers], function(x) trimws(formatC(x, digits = 15, format = "g")))
write.csv(found, "latent_models.csv", row.names = FALSE, quote = FALSE)

# agreement of two classifications, and Kruskal-Wallis
a <- types; b <- ifelse(runif(200) < .8, types, sample(1:3, 200, TRUE))
age <- round(rnorm(200, 40 + 3 * (types == 2), 9))
write.csv(data.frame(a, b, age), "latent_agreement_synthetic.csv", row.names = FALSE, quote = FALSE)
k <- kruskal.test(age, types)
save <- data.frame(adjusted_rand = adjustedRandIndex(a, b), kappa = suppressWarnings(psych::cohen.kappa(cbind(a, b))$kappa), h = k$statistic, p = k$p.value)
save[] <- lapply(save, function(x) trimws(formatC(x, digits = 15, format = "g")))
write.csv(save, "latent_agreement.csv", row.names = FALSE, quote = FALSE)
