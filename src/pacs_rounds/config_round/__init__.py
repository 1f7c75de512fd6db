"""Reading every device's settings in one session and handing them to `pacs_rounds.configs`; what became of them is the
answer that the checks of the domain `configs` judge."""
