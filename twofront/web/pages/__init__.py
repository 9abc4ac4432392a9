"""What each page shows, grouped by the app whose view fills it: frozen dataclasses without rows, tables or clock."""
