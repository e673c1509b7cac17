"""How answers are written: media types, JSON-LD in the words of schema.org. It imports no other room of api."""
