# Indices of careless responding as R finds them. Run in this folder: Rscript careless.R
# R 4.2.2 with careless 1.2.2 and psych 2.2.9. psychsyn and psychant: resample_na = FALSE, since resampling is random.
suppressMessages({library(careless); library(psych)})
source("../save.R")
indices <- function(data, keyed, factors, synonym, antonym) data.frame(
  longstring = longstring(data), irv = irv(data), even_odd = suppressWarnings(evenodd(keyed, factors)),
  psychsyn = psychsyn(data, synonym, resample_na = FALSE), psychant = psychant(data, antonym, resample_na = FALSE),
  mahalanobis = mahad(data, plot = FALSE))

# the first 300 people of examples/bfi who answered all items; keyed items turned on the range 1 to 6
bfi <- read.csv("../../../examples/bfi/data/raw/bfi.csv")[1:25]
rows <- which(complete.cases(bfi))[1:300]
bfi <- bfi[rows, ]
keyed <- bfi
for (one in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) keyed[[one]] <- 7 - keyed[[one]]
save(data.frame(respondent = sprintf("R%04d", rows), indices(bfi, keyed, rep(5, 5), .40, -.40)), "careless_bfi")

# 180 simulated people, six scales of 4, 5, 3, 2, 4 and 1 items from 1 to 7, every fourth item turned: 120 attentive, 30 at
# random, 20 in straight lines, 10 in runs; then answers go missing. Mahalanobis distance of those who answered all.
set.seed(11)
factors <- c(4, 5, 3, 2, 4, 1)
scale <- rep(seq_along(factors), factors)
k <- length(scale)
turned <- seq_len(k) %% 4 == 0
answer <- function(x) { x[] <- pmin(7, pmax(1, round(x))); x }
traits <- matrix(rnorm(120 * length(factors), 4, 1.4), 120)
attentive <- answer(traits[, scale] + rnorm(120 * k, 0, .6))
attentive[, turned] <- 8 - attentive[, turned]
random <- matrix(sample(1:7, 30 * k, TRUE), 30)
straight <- matrix(sample(1:7, 20, TRUE), 20, k)
runs <- t(replicate(10, rep(sample(1:7, 4, TRUE), length.out = k, each = 5)))
answers <- as.data.frame(rbind(attentive, random, straight, runs))
names(answers) <- paste0("i", seq_len(k))
for (person in seq(3, 180, 4)) answers[person, sample(k, sample(c(1, 2, 9, k - 2), 1))] <- NA
keyed <- answers
keyed[turned] <- 8 - keyed[turned]
found <- indices(answers, keyed, factors, .60, -.30)
found$mahalanobis <- NA_real_
whole <- complete.cases(answers)
found$mahalanobis[whole] <- mahad(answers[whole, ], plot = FALSE)
save(cbind(answers, found), "careless_simulated")
