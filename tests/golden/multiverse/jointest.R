# The data of the example in the README of the R package jointest (https://github.com/livioivil/jointest), whose printed values
# stand in the test. Run in this folder: Rscript jointest.R
source("../save.R")
prefix <- "jointest_"
set.seed(123); n <- 20
X <- rnorm(n); Z1 <- rnorm(n); Z2 <- rnorm(n)
save(data.frame(X, Z1, Z2, Y = Z1 + X + rnorm(n)), "data")
