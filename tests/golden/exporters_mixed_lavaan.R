# Confirmatory factor analysis with R's package lavaan, as practicework fits it: one factor a scale.
# `responses` is a data frame with a column for each item, such as practicework's own table of answers:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(lavaan)

# Reverse-keyed items are turned on the declared range, min + max - answer, as practicework does. Left as they were
# answered, the model would fit equally well, and their loadings would be negative.
keyed <- responses
keyed$C4 <- 1 + 6 - keyed$C4
keyed$C5 <- 1 + 6 - keyed$C5
keyed$E1 <- 1 + 6 - keyed$E1
keyed$E2 <- 1 + 6 - keyed$E2
keyed$O2 <- 1 + 6 - keyed$O2

# A single item has no structure, so that its scale stays out of the model; who left it out stays out, too.
keyed <- keyed[complete.cases(keyed[c("N1")]), ]

model <- "
  f_for =~ C1 + C2 + C4 + C5
  f_2x =~ E1 + E2 + E3
  open =~ O1 + O2 + O3
"

# maximum likelihood, respondents who answered all items, factors of unit variance
fit <- cfa(model, data = keyed, std.lv = TRUE)
summary(fit, fit.measures = TRUE, standardized = TRUE)
