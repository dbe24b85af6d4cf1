# What the scripts in these folders share. `make golden` runs each in its own folder; the values must not change.
prefix <- ""
save <- function(frame, name) {
  numbers <- sapply(frame, is.double)
  frame[numbers] <- lapply(frame[numbers], function(x) trimws(formatC(x, digits = 15, format = "g")))
  write.csv(frame, paste0(prefix, name, ".csv"), row.names = FALSE, quote = FALSE)
}
