# Sampling adequacy, parallel analysis and exploratory factors of examples/bfi. Run in this folder: Rscript dimensionality_efa.R
# R 4.2.2 with psych 2.2.9 and GPArotation 2022.10-2. Complete rows over the items of a scale, or over all 25 items.
suppressMessages({library(psych); library(GPArotation)})
options(mc.cores = 1)  # fa.parallel draws in parallel, where the seed does not count
data <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"), neuroticism = c("N1", "N2", "N3", "N4", "N5"),
             openness = c("O1", "-O2", "O3", "O4", "-O5"))
keys$all <- unlist(keys, use.names = FALSE)
source("../save.R")
adequacy <- msa <- parallel <- NULL
for (name in names(keys)) {
  answers <- na.omit(data[sub("-", "", keys[[name]])])
  for (one in sub("-", "", grep("^-", keys[[name]], value = TRUE))) answers[[one]] <- 7 - answers[[one]]
  r <- cor(answers)
  k <- KMO(r); b <- cortest.bartlett(r, n = nrow(answers))
  set.seed(1)
  pdf(NULL)
  random <- suppressWarnings(suppressMessages(fa.parallel(answers, fa = "both", n.iter = 400, quant = .95, plot = FALSE)))
  invisible(dev.off())
  one <- fa(r, nfactors = 1, rotate = "none", fm = "minres")
  adequacy <- rbind(adequacy, data.frame(model = name, items = ncol(r), n = nrow(answers), kmo = k$MSA, bartlett_chisq = b$chisq,
    bartlett_df = b$df, bartlett_p = b$p.value, components = random$ncomp, factors = random$nfact,
    first_component_share = eigen(r)$values[1] / ncol(r), first_factor_share = sum(one$loadings^2) / ncol(r)))
  msa <- rbind(msa, data.frame(model = name, item = names(k$MSAi), msa = k$MSAi))
  # the simulated part of the random eigenvalues (psych also resamples the data): $values holds one row per iteration
  simulated <- random$values
  parallel <- rbind(parallel, data.frame(model = name, number = seq_len(ncol(r)), component = random$pc.values, factor = random$fa.values,
    component_mean = colMeans(simulated[, paste0("CSim", seq_len(ncol(r)))]), factor_mean = colMeans(simulated[, paste0("Fsim", seq_len(ncol(r)))]),
    component_sd = apply(simulated[, paste0("CSim", seq_len(ncol(r)))], 2, sd), factor_sd = apply(simulated[, paste0("Fsim", seq_len(ncol(r)))], 2, sd),
    component_percentile = apply(simulated[, paste0("CSim", seq_len(ncol(r)))], 2, quantile, .95),
    factor_percentile = apply(simulated[, paste0("Fsim", seq_len(ncol(r)))], 2, quantile, .95)))
}
save(adequacy, "dimensionality_adequacy"); save(msa, "dimensionality_msa"); save(parallel, "dimensionality_parallel")

# five factors of all items, minres and maximum likelihood, oblimin; r is the last, of all items
loadings <- items <- factors <- phi <- NULL
for (fm in c("minres", "ml")) {
  f <- fa(r, nfactors = 5, n.obs = nrow(answers), rotate = "oblimin", fm = fm)
  # the same loadings rotated until nothing moves: psych stops at eps 1e-5
  plain <- fa(r, nfactors = 5, n.obs = nrow(answers), rotate = "none", fm = fm)
  tight <- oblimin(unclass(plain$loadings), eps = 1e-7, maxit = 100000)
  order <- order(diag(tight$Phi %*% t(tight$loadings) %*% tight$loadings), decreasing = TRUE)
  sign <- ifelse(colSums(tight$loadings) < 0, -1, 1)[order]
  l <- tight$loadings[, order] %*% diag(sign); p <- diag(sign) %*% tight$Phi[order, order] %*% diag(sign)
  psych_order <- order(diag(f$Phi %*% t(f$loadings) %*% f$loadings), decreasing = TRUE)
  psych_sign <- ifelse(colSums(f$loadings) < 0, -1, 1)[psych_order]
  g <- unclass(f$loadings)[, psych_order] %*% diag(psych_sign)
  loadings <- rbind(loadings, data.frame(extraction = fm, item = rep(rownames(r), 5), factor = rep(paste0("F", 1:5), each = 25),
    loading = as.numeric(l), psych = as.numeric(g)))
  items <- rbind(items, data.frame(extraction = fm, item = rownames(r), communality = rowSums((l %*% p) * l), complexity = rowSums(l^2)^2 / rowSums(l^4),
    psych_communality = f$communality, psych_complexity = f$complexity))
  factors <- rbind(factors, data.frame(extraction = fm, factor = paste0("F", 1:5), ss_loadings = diag(p %*% t(l) %*% l),
    psych = f$Vaccounted["SS loadings", psych_order]))
  pairs <- t(combn(5, 2))
  psych_phi <- diag(psych_sign) %*% f$Phi[psych_order, psych_order] %*% diag(psych_sign)
  phi <- rbind(phi, data.frame(extraction = fm, factor_a = paste0("F", pairs[, 1]), factor_b = paste0("F", pairs[, 2]), r = p[pairs], psych = psych_phi[pairs]))
}
save(loadings, "dimensionality_efa_loadings"); save(items, "dimensionality_efa_items")
save(factors, "dimensionality_efa_factors"); save(phi, "dimensionality_efa_correlations")

# one factor of data without any: correlations (lower triangle, by column) and psych's eigenvalues, as in fa.parallel
set.seed(2)
random <- t(sapply(1:300, function(one) {
  r <- cor(matrix(rnorm(300 * 5), 300))
  f <- suppressMessages(suppressWarnings(fa(r, nfactors = 1, rotate = "none", fm = "minres", SMC = FALSE, warnings = FALSE)))
  c(r[lower.tri(r)], f$values)
}))
colnames(random) <- c(paste0("r", 1:10), paste0("factor", 1:5))
save(as.data.frame(random), "dimensionality_random_factors")

# Lindell and Whitney (2001) by hand: scale means and age of those who answered everything; age as the marker
scores <- as.data.frame(lapply(keys[1:5], function(key) rowMeans(sapply(key, function(item)
  if (startsWith(item, "-")) 7 - data[[sub("-", "", item)]] else data[[item]]))))
scores <- na.omit(cbind(scores, age = data$age, gender = data$gender))
others <- setdiff(names(scores), "age")
n <- nrow(scores)
marker <- NULL
for (b in 2:6) for (a in 1:(b - 1)) for (rank in 1:2) {
  test <- cor.test(scores[[others[a]]], scores[[others[b]]])
  m <- cor(scores[others], scores$age); m <- sort(m[m > 0])[rank]
  r <- (test$estimate - m) / (1 - m); t <- r / sqrt((1 - r^2) / (n - 3))
  marker <- rbind(marker, data.frame(variable_a = others[a], variable_b = others[b], n = n, r = test$estimate, p_value = test$p.value,
    basis = c("smallest", "second smallest")[rank], r_marker = m, r_adjusted = r, t = t, p_adjusted = 2 * pt(-abs(t), n - 3)))
}
save(marker, "dimensionality_marker")
