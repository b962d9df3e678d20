from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.left_out import LeftOut, left_out_by_reason


def test_the_most_frequent_reason_comes_first():
    assert left_out_by_reason({"test": 2, "closed": 2, "odd-one": 1200, "x": 0}, site_language("en")) == (
        LeftOut("odd one", 1200),
        LeftOut("neither readable nor writable", 2),
        LeftOut("tagged as tests", 2),
    )
