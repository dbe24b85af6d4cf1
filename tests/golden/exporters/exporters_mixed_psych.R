# Scale scores with the R package psych, as computed by practicework.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(psych)

# A minus sign marks a reverse-keyed item; psych recodes it on the declared range (min + max - answer).
keys <- list(
  `for` = c("C1", "C2", "-C4", "-C5"),
  `2x` = c("-E1", "-E2", "E3"),
  one = c("-N1"),
  open = c("O1", "-O2", "O3")
)

# psych averages or sums the available answers, however few (and warns about such sums). practicework requires a minimum
# number of answered items and prorates for the missing ones. The lines that use `answered` apply this rule, which is the
# only difference from psych's own scores.
answered <- function(scale) rowSums(!is.na(responses[sub("^-", "", keys[[scale]])]))
scores <- data.frame(row.names = seq_len(nrow(responses)))

# Scale "for": sum of 4 items, 4 to 24
scored <- scoreItems(keys["for"], responses, totals = TRUE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$`for` <- scored * 4 / answered("for")
scores$`for`[answered("for") < 2] <- NA

# Scale "2x": percent of the maximum possible of 3 items, 0 to 100
scored <- scoreItems(keys["2x"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$`2x` <- scored
scores$`2x`[answered("2x") < 2] <- NA
scores$`2x` <- 100 * (scores$`2x` - 1) / (6 - 1)

# Scale "one": percent of the maximum possible of 1 item, 0 to 100
scores$one <- 1 + 6 - responses[["N1"]]
scores$one <- 100 * (scores$one - 1) / (6 - 1)

# Scale "open": mean of 3 items, 1 to 6
scored <- scoreItems(keys["open"], responses, totals = FALSE, impute = "none", min = 1, max = 6)$scores[, 1]
scores$open <- scored
scores$open[answered("open") < 3] <- NA
