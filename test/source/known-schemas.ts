/** Shops that many people know, and other databases, in the notation of `notation.ts`. */
export const SCALE_MODELS = `
  customers: customerNumber int key, customerName varchar, contactLastName varchar, phone varchar, city varchar, postalCode varchar null, country varchar, salesRepEmployeeNumber int null >employees.employeeNumber, creditLimit decimal null
  employees: employeeNumber int key, lastName varchar, firstName varchar, email varchar, reportsTo int null >employees.employeeNumber, jobTitle varchar
  offices: officeCode varchar key, city varchar, phone varchar, country varchar
  productlines: productLine varchar key, textDescription varchar null, image blob null
  products: productCode varchar key, productName varchar, productLine varchar >productlines.productLine, productScale varchar, productVendor varchar, productDescription varchar, quantityInStock int, buyPrice decimal, MSRP decimal
  orders: orderNumber int key, orderDate date, requiredDate date, shippedDate date null, status varchar, comments varchar null, customerNumber int >customers.customerNumber
  orderdetails: orderNumber int key >orders.orderNumber, productCode varchar key >products.productCode, quantityOrdered int, priceEach decimal, orderLineNumber int
  payments: customerNumber int key >customers.customerNumber, checkNumber varchar key, paymentDate date, amount decimal
  ratings: customerNumber int key, productCode varchar key, productRating int`;

export const NORTHWIND = `
  customers: CustomerID varchar key, CompanyName varchar, ContactName varchar, Address varchar, City varchar, Region varchar, PostalCode varchar, Country varchar, Phone varchar
  employees: EmployeeID int key, LastName varchar, FirstName varchar, BirthDate datetime, City varchar, HomePhone varchar
  categories: CategoryID int key, CategoryName varchar, Description varchar, Picture blob
  suppliers: SupplierID int key, CompanyName varchar, Country varchar
  products: ProductID int key, ProductName varchar, SupplierID int >suppliers.SupplierID, CategoryID int >categories.CategoryID, QuantityPerUnit varchar, UnitPrice decimal, UnitsInStock int, UnitsOnOrder int, ReorderLevel int, Discontinued bool
  orders: OrderID int key, CustomerID varchar >customers.CustomerID, EmployeeID int >employees.EmployeeID, OrderDate datetime, RequiredDate datetime, ShippedDate datetime, Freight decimal, ShipCountry varchar
  order_details: OrderID int key >orders.OrderID, ProductID int key >products.ProductID, UnitPrice decimal, Quantity int, Discount decimal`;

export const CHINOOK = `
  Album: AlbumId int key, Title varchar, ArtistId int >Artist.ArtistId
  Artist: ArtistId int key, Name varchar
  Customer: CustomerId int key, FirstName varchar, LastName varchar, Address varchar, City varchar, Country varchar, Phone varchar, Email varchar, SupportRepId int >Employee.EmployeeId
  Employee: EmployeeId int key, LastName varchar, FirstName varchar, City varchar, Country varchar, Email varchar
  Genre: GenreId int key, Name varchar
  Invoice: InvoiceId int key, CustomerId int >Customer.CustomerId, InvoiceDate datetime, BillingCountry varchar, Total decimal
  InvoiceLine: InvoiceLineId int key, InvoiceId int >Invoice.InvoiceId, TrackId int >Track.TrackId, UnitPrice decimal, Quantity int
  MediaType: MediaTypeId int key, Name varchar
  Playlist: PlaylistId int key, Name varchar
  PlaylistTrack: PlaylistId int key >Playlist.PlaylistId, TrackId int key >Track.TrackId
  Track: TrackId int key, Name varchar, AlbumId int >Album.AlbumId, MediaTypeId int >MediaType.MediaTypeId, GenreId int >Genre.GenreId, Composer varchar, Milliseconds int, UnitPrice decimal`;

/** No foreign key is declared, all names begin alike, and names stand in tables of their own, one row per language. */
export const OPENCART = `
  oc_customer: customer_id int key, firstname varchar, lastname varchar, email varchar, telephone varchar, password varchar, ip varchar, date_added datetime
  oc_user: user_id int key, username varchar, password varchar, firstname varchar, lastname varchar, email varchar
  oc_product: product_id int key, model varchar, sku varchar, quantity int, image varchar, manufacturer_id int, price decimal, date_modified datetime
  oc_product_description: product_id int key, language_id int key, name varchar, description varchar
  oc_category: category_id int key, parent_id int
  oc_category_description: category_id int key, language_id int key, name varchar
  oc_product_to_category: product_id int key, category_id int key
  oc_order: order_id int key, customer_id int, firstname varchar, email varchar, total decimal, order_status_id int, currency_code varchar, date_added datetime, date_modified datetime
  oc_order_product: order_product_id int key, order_id int, product_id int, name varchar, model varchar, quantity int, price decimal, total decimal
  oc_order_history: order_history_id int key, order_id int, date_added datetime
  oc_cart: cart_id int key, customer_id int, product_id int, quantity int, date_added datetime
  oc_review: review_id int key, product_id int, customer_id int, author varchar, rating int, date_added datetime`;

/** What frameworks make of a shop: singular keys, cents, a category by its key, carts beside orders. */
export const RAILS = `
  users: id int key, email varchar unique, encrypted_password varchar, first_name varchar, admin bool, created_at datetime, updated_at datetime indexed
  admin_users: id int key, email varchar, encrypted_password varchar
  categories: id int key, name varchar, slug varchar
  products: id int key, name varchar, slug varchar unique, price_cents int, category_id int >categories.id, active bool, stock_quantity int, updated_at datetime
  orders: id int key, user_id int null >users.id, created_by_id int >admin_users.id, status varchar(cart|complete|canceled), total_cents int, placed_at datetime null, created_at datetime, updated_at datetime
  order_items: id int key, order_id int >orders.id, product_id int >products.id, quantity int, unit_price_cents int
  carts: id int key, user_id int >users.id, created_at datetime
  cart_items: id int key, cart_id int >carts.id, product_id int >products.id, quantity int
  reviews: id int key, user_id int >users.id, product_id int >products.id, rating int, body varchar, created_at datetime
  schema_migrations: version varchar key`;

export const GERMAN = `
  kunden: kundennr int key, vorname varchar, nachname varchar, strasse varchar, plz varchar, ort varchar, land varchar, email varchar, geburtsdatum date
  artikel: artikelnr varchar key, bezeichnung varchar, warengruppe varchar, einkaufspreis decimal, verkaufspreis decimal, lagerbestand int, marke varchar
  bestellungen: bestellnr int key, kundennr int, bestelldatum datetime, status varchar(offen|versandt|storniert), geändert_am datetime
  bestellpositionen: bestellnr int key, pos int key, artikelnr varchar, menge int, einzelpreis decimal
  bewertungen: id int key, kundennr int, artikelnr varchar, sterne int, datum datetime`;

/** A row is an order and its only line. */
export const SINGLE_LINES = `
  members: id int key, login varchar, e_mail varchar
  books: id int key, title varchar, genre varchar, list_price decimal, cost decimal
  purchases: id int key, member_id int, book_id int, purchased_at datetime, price decimal, quantity int`;

/** Three schemas, no foreign keys, cents, and words of its trade. */
export const BOOKSHOP = `
  readers: id uuid key, email varchar, birthday date null, country varchar null, newsletter varchar null, updated_at datetime, deleted_at datetime null
  reviews: id uuid key, reader_id uuid, book_id uuid, stars int, written_at datetime null
  catalogue.books: id uuid key, title varchar, slug varchar null, isbn varchar null, series varchar null, price_cents int, cost_cents int null, on_hand int null, unlisted bool, details json, updated_at datetime, deleted_at datetime null
  catalogue.genres: id uuid key, name varchar
  catalogue.book_genres: book_id uuid key, genre_id uuid key
  sales.purchases: id uuid key, reader_id uuid null, placed_at datetime, status varchar, updated_at datetime
  sales.purchase_lines: id uuid key, purchase_id uuid null, book_id uuid null, copies int, unit_cents int`;

/** What is sold stands in two tables. */
export const VARIANTS = `
  customers: id int key, email varchar, country_code varchar
  products: id int key, title varchar, product_type varchar, vendor varchar, handle varchar
  product_variants: id int key, product_id int >products.id, sku varchar, price decimal, inventory_quantity int
  orders: id int key, customer_id int >customers.id, created_at datetime, financial_status varchar, cancelled_at datetime null
  line_items: id int key, order_id int >orders.id, variant_id int >product_variants.id, quantity int, price decimal`;

/** Names that only their makers can read. */
export const TERSE = `
  KNA1: KUNNR varchar key, NAME1 varchar, LAND1 varchar, ORT01 varchar, STRAS varchar
  MARA: MATNR varchar key, MTART varchar, MATKL varchar, BRGEW decimal, ERSDA date
  VBAK: VBELN varchar key, KUNNR varchar, ERDAT date, NETWR decimal
  VBAP: VBELN varchar key, POSNR varchar key, MATNR varchar, KWMENG decimal, NETPR decimal`;

export const BLOG = `
  users: id int key, email varchar, name varchar, password_hash varchar
  posts: id int key, user_id int >users.id, title varchar, body varchar, category varchar, created_at datetime
  comments: id int key, post_id int >posts.id, user_id int >users.id, body varchar
  tags: id int key, name varchar
  post_tags: post_id int key >posts.id, tag_id int key >tags.id`;

export const WEATHER = `
  stations: station_id int key, latitude decimal, longitude decimal, elevation decimal
  readings: station_id int key, at datetime key, temperature decimal, humidity decimal`;
