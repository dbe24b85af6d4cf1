# Scale scores with R's package psych, as practicework computes them.
# `responses` is a data frame with a column for each item, such as practicework's own table of answers:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(psych)

# A minus marks a reverse-keyed item; psych turns it on the declared range, min + max - answer.
keys <- list(
  agree = c("-A1", "A2", "A3", "A4", "A5"),
  conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
  extraversion = c("-E1", "-E2", "E3", "E4", "E5"),
  neuroticism = c("N1", "N2", "N3", "N4", "N5"),
  openness = c("O1", "-O2", "O3", "O4", "-O5")
)

# psych has no rule for missing answers: it averages, or adds up, whatever was answered (and warns of such sums).
# practicework gives no score below a number of answered items, and prorates from there; the lines that use
# `answered` do the same, and are all in which psych's own scores differ.
answered <- function(scale) rowSums(!is.na(responses[sub("^-", "", keys[[scale]])]))
scores <- data.frame(row.names = seq_len(nrow(responses)))

# Agreeableness: mean of 5 items, 1 to 6
scored <- scoreItems(keys["agree"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$agree <- scored
scores$agree[answered("agree") < 4] <- NA

# Conscientiousness: mean of 5 items, 1 to 6
scored <- scoreItems(keys["conscientious"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$conscientious <- scored
scores$conscientious[answered("conscientious") < 4] <- NA

# Extraversion: mean of 5 items, 1 to 6
scored <- scoreItems(keys["extraversion"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$extraversion <- scored
scores$extraversion[answered("extraversion") < 4] <- NA

# Neuroticism: mean of 5 items, 1 to 6
scored <- scoreItems(keys["neuroticism"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$neuroticism <- scored
scores$neuroticism[answered("neuroticism") < 4] <- NA

# Openness: mean of 5 items, 1 to 6
scored <- scoreItems(keys["openness"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$openness <- scored
scores$openness[answered("openness") < 4] <- NA
