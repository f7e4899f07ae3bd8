-- Where the picture is by which people recognise a business.
ALTER TABLE account ADD COLUMN logo_url TEXT;
