# Scale scores with the R package psych, as computed by practicework.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(psych)

# A minus sign marks a reverse-keyed item; psych recodes it on the declared range (min + max - answer).
keys <- list(
  promotion = c("promotion_1", "promotion_2", "promotion_3", "promotion_4"),
  usefulness = c("usefulness_1", "usefulness_2", "usefulness_3", "usefulness_4", "usefulness_5", "usefulness_6",
    "usefulness_7", "usefulness_8", "usefulness_9", "usefulness_10"),
  support = c("support_1", "support_2", "support_3", "support_4", "support_5", "support_6"),
  social_selling_use = c("social_selling_use_1", "social_selling_use_2", "social_selling_use_3")
)

# psych averages or sums the available answers, however few (and warns about such sums). practicework requires a minimum
# number of answered items and prorates for the missing ones. The lines that use `answered` apply this rule, which is the
# only difference from psych's own scores.
answered <- function(scale) rowSums(!is.na(responses[sub("^-", "", keys[[scale]])]))
scores <- data.frame(row.names = seq_len(nrow(responses)))

# Promotion work: sum of 4 items, 4 to 20
scored <- scoreItems(keys["promotion"], responses, totals = TRUE, impute = "none", min = 1, max = 5)$scores[, 1]
scores$promotion <- scored * 4 / answered("promotion")
scores$promotion[answered("promotion") < 4] <- NA

# Perceived usefulness: sum of 10 items, 10 to 50
scored <- scoreItems(keys["usefulness"], responses, totals = TRUE, impute = "none", min = 1, max = 5)$scores[, 1]
scores$usefulness <- scored * 10 / answered("usefulness")
scores$usefulness[answered("usefulness") < 8] <- NA

# Perceived training and support: sum of 6 items, 6 to 30
scored <- scoreItems(keys["support"], responses, totals = TRUE, impute = "none", min = 1, max = 5)$scores[, 1]
scores$support <- scored * 6 / answered("support")
scores$support[answered("support") < 5] <- NA

# Social selling use: sum of 3 items, 3 to 15
scored <- scoreItems(keys["social_selling_use"], responses, totals = TRUE, impute = "none", min = 1, max = 5)$scores[, 1]
scores$social_selling_use <- scored * 3 / answered("social_selling_use")
scores$social_selling_use[answered("social_selling_use") < 3] <- NA
