# What R finds on simulated codings. Run in this folder: Rscript coding.R
# R 4.2.2 with vegan 2.6-4, psych 2.2.9. The codings are computed by this script: they are synthetic.
set.seed(6)
source("../save.R")
prefix <- "coding_"

# codings of two coders: 20 units, 12 codes of different frequency, two units without any
units <- paste0("U", 1:20); codes <- paste0("c", 1:12); rate <- c(.7, .5, .4, .3, .2, .15, .1, .06, .05, .05, .04, .04)
truth <- sapply(rate, function(r) runif(20) < r); truth[c(7, 15), ] <- FALSE
read <- function(t) { seen <- ifelse(t, runif(length(t)) < .85, runif(length(t)) < .05); seen[c(7, 15), ] <- FALSE; seen }
a <- read(truth); b <- read(truth); dimnames(a) <- dimnames(b) <- list(units, codes)
long <- function(m, coder) { at <- which(m, arr.ind = TRUE); data.frame(unit = units[at[, 1]], code = codes[at[, 2]], coder = coder) }
synthetic <- rbind(long(a, "anna"), long(b, "ben"))
write.csv(synthetic, "coding_synthetic.csv", row.names = FALSE, quote = FALSE)

# agreement, over the units that both have coded with anything
both <- rowSums(a) > 0 & rowSums(b) > 0
nominal <- function(x, y) {              # Krippendorff's alpha of two coders without missing values, from its definition
  values <- c(x, y); n <- length(values); observed <- mean(x != y)
  1 - observed / (2 * sum(values) * sum(!values) / (n * (n - 1)))
}
one <- function(x, y) c(100 * mean(x == y), psych::cohen.kappa(cbind(x, y) + 0)$kappa, nominal(x, y))
used <- codes[colSums(a | b) > 0]    # a code that nobody used is no decision
found <- t(sapply(used, function(code) one(a[both, code], b[both, code])))
found <- rbind(found, all = one(as.vector(a[both, used]), as.vector(b[both, used])))
save(data.frame(name = rownames(found), units = sum(both), percent_agreement = found[, 1], kappa = found[, 2], alpha = found[, 3]),
     "agreement")

# saturation, over all codings
any <- (a | b) + 0
pool <- vegan::specpool(any)
save(data.frame(position = 1:20, expected = vegan::specaccum(any, "exact")$richness), "saturation")
save(data.frame(seen = pool$Species, unseen = pool$chao - pool$Species), "unseen")

# co-occurrence: phi of the pairs
pairs <- t(combn(codes[colSums(any) > 0], 2))
save(data.frame(a = pairs[, 1], b = pairs[, 2], units = apply(pairs, 1, function(p) sum(any[, p[1]] * any[, p[2]])),
                phi = apply(pairs, 1, function(p) cor(any[, p[1]], any[, p[2]]))), "pairs")

# exact tests and intervals
tables <- list(c(2, 2, 3, 3, 3, 6), c(2, 2, 5, 0, 1, 4), c(2, 3, 5, 1, 0, 4, 3, 2), c(3, 3, 3, 5, 1, 2, 8, 4, 4, 1, 0),
               c(3, 4, 1, 5, 0, 2, 4, 0, 3, 1, 2, 2, 6, 0), c(2, 6, 3, 1, 4, 0, 2, 5, 1, 3, 0, 2, 2, 6), c(4, 4, 2, 0, 1, 0, 0, 3, 1, 1, 1, 0, 2, 2, 0, 1, 0, 3))
exact <- do.call(rbind, lapply(tables, function(t) {
  m <- matrix(t[-(1:2)], t[1], t[2], byrow = TRUE)
  v <- suppressWarnings(sqrt(chisq.test(m, correct = FALSE)$statistic / (sum(m) * (min(dim(m)) - 1))))
  data.frame(rows = t[1], counts = paste(t[-(1:2)], collapse = " "), p_value = fisher.test(m, workspace = 2e7)$p.value, cramers_v = v)
}))
save(exact, "exact")
intervals <- do.call(rbind, lapply(list(c(0, 6), c(3, 6), c(6, 6), c(7, 32), c(1, 300)), function(x) {
  ci <- binom.test(x[1], x[2])$conf.int
  data.frame(count = x[1], of = x[2], low = ci[1], high = ci[2])
}))
save(intervals, "intervals")
