DROP TABLE address_corrections;
