// Raw
