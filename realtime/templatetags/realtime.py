"""``{% realtime_client %}``: what a page needs to connect."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString

from realtime.factory import get_realtime_service

register = template.Library()


@register.simple_tag
def realtime_client() -> SafeString:
    """The client's configuration as JSON, and the provider's browser library."""
    service = get_realtime_service()
    return format_html(
        "{}{}",
        json_script(service.get_client_config(), "realtime-config"),
        format_html_join(
            "",
            '<script src="{}" defer></script>',
            ((static(script),) for script in service.browser_scripts),
        ),
    )
