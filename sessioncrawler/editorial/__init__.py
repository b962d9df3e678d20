"""The directory's own rules, pure: ``directory.toml``, match patterns, tags, languages, standing, policy."""
