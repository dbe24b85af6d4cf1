# Scale scores with the R package psych, as computed by practicework.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(psych)

# A minus sign marks a reverse-keyed item; psych recodes it on the declared range (min + max - answer).
keys <- list(
  agree = c("-A1", "A2", "A3", "A4", "A5"),
  conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
  extraversion = c("-E1", "-E2", "E3", "E4", "E5"),
  neuroticism = c("N1", "N2", "N3", "N4", "N5"),
  openness = c("O1", "-O2", "O3", "O4", "-O5")
)

# psych averages or sums the available answers, however few (and warns about such sums). practicework requires a minimum
# number of answered items and prorates for the missing ones. The lines that use `answered` apply this rule, which is the
# only difference from psych's own scores.
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
