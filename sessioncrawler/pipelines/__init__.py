"""Item pipelines, one class a file, in the order of docs/pipelines.md."""
