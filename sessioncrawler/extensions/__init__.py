"""Extensions: what accompanies a crawl without taking part in it."""
