"""Reports for finance staff: aging as of any day, and the comparison with the ERP's totals."""
