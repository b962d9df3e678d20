from sessioncrawler.site.i18n.reasons import reason_text


def test_reasons():
    assert reason_text("closed") == "neither readable nor writable"
    assert reason_text("too-new/to_say") == "too new: to say"
