"""The icons: line drawings on a grid of 24, drawn for this product. States have shapes of their own."""

PATHS: dict[str, str] = {
    # states: every one another shape, so that none is told by colour alone
    "met": '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/><path d="m7.5 12.5 3 3 6-6.5" stroke="#fff" stroke-width="2.4"/>',
    "broken": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor" stroke="none"/><path d="m8.5 8.5 7 7m0-7-7 7" stroke="#fff" stroke-width="2.4"/>',
    "open": '<circle cx="12" cy="12" r="9" stroke-width="2.2"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor" stroke="none"/>',
    "unknown": '<circle cx="12" cy="12" r="9.5" stroke-dasharray="3.2 2.6"/><path d="M9.3 9.4a2.8 2.8 0 1 1 4 2.5c-.9.5-1.3 1-1.3 2"/><path d="M12 17.2v.1" stroke-width="2.6"/>',
    "warn": '<path d="M12 2.5 22.5 21h-21z" fill="currentColor" stroke="none"/><path d="M12 9.5v5m0 3.2v.1" stroke="#fff" stroke-width="2.3"/>',
    "plain": '<path d="M5 12h14"/>',
    # fronts
    "prevention": '<path d="M12 2.5 20 5v6.5c0 4.7-3.2 8-8 10-4.8-2-8-5.3-8-10V5z"/><path d="M8.5 12h7M12 8.500v7"/>',
    "resumption": '<path d="M3 21V10l6 4v-4l6 4V4h4l2 17z"/><path d="M7.5 17.500h2m3 0h2"/>',
    # acts and things
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 8.500v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3"/>',
    "picture": '<rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="8.5" cy="9.5" r="1.7"/><path d="m4 18 5.5-5 3.5 3 3-2.5 4.5 4"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4.500A1.5 1.5 0 0 1 3 15.500V9.500A1.5 1.5 0 0 1 4.5 8h15A1.5 1.5 0 0 1 21 9.500v6a1.5 1.5 0 0 1-1.5 1.500H17"/><path d="M7 14h10v7H7z"/>',
    "phone": '<path d="M5 3h4l1.7 4.7-2.4 1.800a13 13 0 0 0 6.2 6.200l1.8-2.400L21 15v4a2 2 0 0 1-2.2 2A17.5 17.5 0 0 1 3 5.2 2 2 0 0 1 5 3z"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "previous": '<path d="m15 5-7 7 7 7"/>',
    "play": '<path d="M7 4v16l13-8z" fill="currentColor"/>',
    "reset": '<path d="M4 5v5h5"/><path d="M4.6 10a8 8 0 1 1-.300 4.5"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "download": '<path d="M12 3v12m-5-5 5 5 5-5M4 20h16"/>',
    "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 20h16"/>',
    "file": '<path d="M6 2.500h8l5 5v14H6z"/><path d="M14 2.500v5h5M9 13h7m-7 4h7"/>',
    "up": '<path d="M12 19V5m-6 6 6-6 6 6"/>',
    "down": '<path d="M12 5v14m6-6-6 6-6-6"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
    "calendar": '<rect x="3" y="5" width="18" height="16" rx="2"/><path d="M3 10h18M8 2.500V7m8-4.500V7"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10.5" rx="2"/><path d="M8 10.500V7.500a4 4 0 0 1 8 0v3"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c.500-4.5 3.5-7 8-7s7.5 2.5 8 7"/>',
    "menu": '<path d="M4 6h16M4 12h16M4 18h16"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3.5 6 3.5 9s-.500 6-3.5 9c-3-3-3.5-6-3.5-9s.500-6 3.5-9z"/>',
    "scale": '<path d="M12 3v18M7 21h10M4 7h16M4 7l-2.5 7h5zM20 7l-2.5 7h5z"/>',
}


def svg(name: str, *, label: str = "") -> str:
    """Return the drawing as inline SVG; with a label it is read aloud, without one it is passed over."""
    told = f'role="img" aria-label="{label}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="icon icon-{name}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" focusable="false" {told}>{PATHS[name]}</svg>'
    )
