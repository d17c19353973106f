"""Many runs of one question: a grid or a study, taken trial by trial by any number of workers."""
