"""How fast what is stored is read: pages, reports and files, of a table as it is after three years."""
