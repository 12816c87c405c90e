"""A fuzzer for everything that reads files: damaged in every way, a file is refused in one line."""
