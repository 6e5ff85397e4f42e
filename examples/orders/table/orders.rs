//! The four sheets joined: a catalog, and the orders that can be trusted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::error::{Complaint, TableError};
use super::sheet::{Row, Sheet};
use crate::order::{Catalog, Line, Order, Product, ProductId};

/// A table, read.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) catalog: Catalog,
    /// In the order of the table, numbered from 1.
    pub(crate) orders: Vec<Order>,
    pub(crate) skipped: Skipped,
    /// Orders whose addresses have unquoted commas; they are none the worse for it.
    pub(crate) mended: u64,
}

/// What was left out, each time with a complaint.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Skipped {
    pub(crate) orders: u64,
    /// Order lines that belong to no order of the table.
    pub(crate) stray_lines: u64,
    pub(crate) products: u64,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped: {} bad orders, {} stray order lines", self.orders, self.stray_lines)?;
        write!(f, ", {} bad products", self.products)
    }
}

/// Reads the table in `directory`; `stock` limits what can be sold to what the products table has.
pub(crate) fn load(
    directory: &Path,
    stock: bool,
    complain: &mut dyn FnMut(Complaint),
) -> Result<Tables, TableError> {
    if !directory.is_dir() {
        return Err(TableError::NotADirectory(directory.to_owned()));
    }
    let orders = Sheet::open(directory.join("orders.csv"))?;
    let details = Sheet::open(directory.join("order-details.csv"))?;
    let products = Sheet::open(directory.join("products.csv"))?;
    let mut reader = Reader { complain, skipped: Skipped::default(), mended: 0 };
    let labels = reader.category_labels(directory)?;
    let catalog = reader.catalog(&products, stock, labels)?;
    let mut baskets = reader.baskets(&details, &catalog)?;
    let orders = reader.orders(&orders, &mut baskets)?;
    reader.strays(&details, baskets);
    Ok(Tables { catalog, orders, skipped: reader.skipped, mended: reader.mended })
}

/// The lines of one order, or the knowledge that one of them is bad.
#[derive(Default)]
struct Basket {
    lines: Vec<Line>,
    spoiled: bool,
    /// Where they stand in their file, for the case that no order claims them.
    places: Vec<u64>,
}

struct Reader<'a> {
    complain: &'a mut dyn FnMut(Complaint),
    skipped: Skipped,
    mended: u64,
}

impl Reader<'_> {
    /// The labels of the categories; a table without them has its categories numbered.
    fn category_labels(&mut self, directory: &Path) -> Result<HashMap<String, String>, TableError> {
        let mut labels = HashMap::new();
        let file = directory.join("categories.csv");
        if !file.exists() {
            return Ok(labels);
        }
        let sheet = Sheet::open(file)?;
        let mut rows = sheet.rows(&["categoryID", "categoryName"])?;
        while let Some(row) = rows.next_row() {
            match category(&row) {
                Ok((id, label)) => _ = labels.insert(id, label),
                Err(complaint) => (self.complain)(complaint),
            }
        }
        Ok(labels)
    }

    fn catalog(
        &mut self,
        sheet: &Sheet,
        stock: bool,
        labels: HashMap<String, String>,
    ) -> Result<Catalog, TableError> {
        let required: &[_] = if stock { &["productID", "unitsInStock"] } else { &["productID"] };
        let mut rows = sheet.rows(required)?;
        let mut categories = BTreeMap::<String, usize>::new();
        let mut catalog = Catalog::default();
        while let Some(row) = rows.next_row() {
            match product(&row, stock) {
                Ok((id, category, stock)) => {
                    let next = categories.len();
                    let category = *categories.entry(category).or_insert_with_key(|id| {
                        let label = labels.get(id).cloned();
                        catalog.categories.push(label.unwrap_or_else(|| format!("category {id}")));
                        next
                    });
                    catalog.products.insert(id, Product { category, stock });
                }
                Err(complaint) => {
                    self.skipped.products += 1;
                    (self.complain)(complaint);
                }
            }
        }
        Ok(catalog)
    }

    fn baskets(&mut self, sheet: &Sheet, catalog: &Catalog) -> Result<HashMap<u64, Basket>, TableError> {
        let mut rows = sheet.rows(&["orderID", "productID", "unitPrice", "quantity", "discount"])?;
        let mut baskets = HashMap::<u64, Basket>::new();
        while let Some(row) = rows.next_row() {
            let line = line(&row, catalog);
            match (row.whole("orderID", 0), line) {
                (Ok(id), line) => {
                    let basket = baskets.entry(id).or_default();
                    basket.places.push(row.line);
                    basket.spoiled |= line.is_err();
                    match line {
                        Ok(line) => basket.lines.push(line),
                        Err(complaint) => (self.complain)(complaint),
                    }
                }
                (Err(no_owner), line) => {
                    self.skipped.stray_lines += 1;
                    (self.complain)(line.err().unwrap_or(no_owner));
                }
            }
        }
        Ok(baskets)
    }

    /// Takes the basket of each good order out of `baskets`.
    fn orders(
        &mut self,
        sheet: &Sheet,
        baskets: &mut HashMap<u64, Basket>,
    ) -> Result<Vec<Order>, TableError> {
        let mut rows = sheet.rows(&["orderID", "customerID"])?.with_free_text("shipAddress");
        let mut names = Names::default();
        let mut seen = HashSet::new();
        let mut orders = Vec::new();
        while let Some(row) = rows.next_row() {
            match order(&row, orders.len() as u64 + 1, baskets, &mut seen, &mut names) {
                Ok(order) => orders.push(order),
                Err(complaint) => {
                    self.skipped.orders += 1;
                    complaint.into_iter().for_each(&mut *self.complain);
                }
            }
        }
        self.mended = rows.mended;
        Ok(orders)
    }

    /// Complains of the lines in baskets that no order took.
    fn strays(&mut self, sheet: &Sheet, baskets: HashMap<u64, Basket>) {
        let places = |(id, basket): (u64, Basket)| basket.places.into_iter().map(move |line| (line, id));
        let mut strays: Vec<(u64, u64)> = baskets.into_iter().flat_map(places).collect();
        strays.sort_unstable();
        self.skipped.stray_lines += strays.len() as u64;
        for (line, id) in strays {
            (self.complain)(sheet.complaint(line, "orderID", format!("there is no order {id}")));
        }
    }
}

fn category(row: &Row<'_>) -> Result<(String, String), Complaint> {
    row.fits()?;
    Ok((row.required("categoryID")?.to_owned(), row.required("categoryName")?.to_owned()))
}

fn product(row: &Row<'_>, stock: bool) -> Result<(ProductId, String, Option<u64>), Complaint> {
    row.fits()?;
    let id = row.whole("productID", 0)?;
    let category = row.text("categoryID").unwrap_or("unknown").to_owned();
    let stock = if stock { Some(row.whole("unitsInStock", 0)?) } else { None };
    Ok((id, category, stock))
}

fn line(row: &Row<'_>, catalog: &Catalog) -> Result<Line, Complaint> {
    row.fits()?;
    let product = row.whole("productID", 0)?;
    if !catalog.products.contains_key(&product) {
        return Err(row.complaint("productID", format!("there is no product {product}")));
    }
    let price = row.decimal("unitPrice")?;
    let quantity = row.whole("quantity", 1)?;
    let discount = match row.text("discount") {
        Some(_) => row.decimal("discount")?,
        None => Decimal::ZERO,
    };
    if discount > Decimal::ONE {
        return Err(row.complaint("discount", format!("`{discount}` is more than 1")));
    }
    Line::new(product, quantity, price, discount).ok_or_else(|| {
        row.complaint("unitPrice", "the line's amount has too many digits to be exact".to_owned())
    })
}

/// `Err(None)` where all that is wrong with the order is its lines, which were complained of when they were read.
fn order(
    row: &Row<'_>,
    number: u64,
    baskets: &mut HashMap<u64, Basket>,
    seen: &mut HashSet<u64>,
    names: &mut Names,
) -> Result<Order, Option<Complaint>> {
    let id = row.whole("orderID", 0).map_err(|unreadable| row.fits().err().unwrap_or(unreadable))?;
    if !seen.insert(id) {
        return Err(Some(row.complaint("orderID", format!("order {id} is in the table already"))));
    }
    let Basket { lines, spoiled, .. } = baskets.remove(&id).unwrap_or_default();
    row.fits()?;
    let customer = names.shared(row.required("customerID")?);
    let country = names.shared(row.text("shipCountry").unwrap_or("unknown"));
    if spoiled {
        return Err(None);
    }
    if lines.is_empty() {
        return Err(Some(row.complaint("orderID", format!("order {id} has no order lines"))));
    }
    Order::new(number, id, customer, country, lines).ok_or_else(|| {
        Some(row.complaint("orderID", "the order's total has too many digits to be exact".to_owned()))
    })
}

/// One copy of each name, however many orders carry it.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let name = Arc::<str>::from(name);
        self.0.insert(Arc::clone(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    const ORDERS: &str =
        "orderID,customerID,shipAddress,shipCountry\n1,ANN,\"Main Rd, 1\",UK\n2,Zoë,Quai 2,NULL\n";
    const DETAILS: &str =
        "orderID,productID,unitPrice,quantity,discount\n1,10,2.50,4,0\n1,11,1,1,0.25\n2,10,3,1,NULL\n";
    const PRODUCTS: &str = "productID,productName,categoryID,unitsInStock\n10,Tea,1,5\n11,Brød,7,0\n";

    struct Folder(PathBuf);

    impl Folder {
        /// A table of two orders, with `more` at the end of each file.
        fn new(name: &str, more: [&str; 3]) -> Self {
            let path = std::env::temp_dir().join(format!("orders-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            let files = [("orders.csv", ORDERS), ("order-details.csv", DETAILS), ("products.csv", PRODUCTS)];
            for ((file, text), more) in files.into_iter().zip(more) {
                fs::write(path.join(file), [text, more].concat()).unwrap();
            }
            Self(path)
        }

        fn load(&self) -> (Tables, Vec<String>) {
            let mut complaints = Vec::new();
            let tables = load(&self.0, false, &mut |complaint| complaints.push(complaint)).unwrap();
            let strip = |complaint: Complaint| {
                let text = complaint.to_string();
                text.rsplit_once(std::path::MAIN_SEPARATOR).map(|(_, text)| text.to_owned()).unwrap()
            };
            (tables, complaints.into_iter().map(strip).collect())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_table_is_joined() {
        let folder = Folder::new("joined", [""; 3]);
        let (tables, complaints) = folder.load();
        assert_eq!(complaints, [""; 0]);
        assert_eq!(tables.catalog.categories, ["category 1", "category 7"]);
        let [first, second] = &tables.orders[..] else { panic!("there are two orders") };
        assert_eq!((first.number, first.id, &*first.customer, &*first.country), (1, 1, "ANN", "UK"));
        assert_eq!((first.lines.len(), first.total), (2, Decimal::new(1075, 2)));
        assert_eq!((&*second.customer, &*second.country, second.total), ("Zoë", "unknown", Decimal::from(3)));
    }

    #[test]
    fn stock_and_labels_come_from_their_tables() {
        let folder = Folder::new("stock", [""; 3]);
        fs::write(folder.0.join("categories.csv"), "categoryID,categoryName\n7,Bröd\n").unwrap();
        let tables = load(&folder.0, true, &mut |complaint| panic!("{complaint}")).unwrap();
        assert_eq!(tables.catalog.categories, ["category 1", "Bröd"]);
        assert_eq!(tables.catalog.products[&10], Product { category: 0, stock: Some(5) });
        assert_eq!(tables.catalog.products[&11], Product { category: 1, stock: Some(0) });
    }

    #[test]
    fn bad_order_lines_cost_their_order() {
        let cases = [
            ("2,99,1,1,0\n", "field productID: there is no product 99"),
            ("2,10,1,-4,0\n", "field quantity: `-4` is negative"),
            ("2,10,1,0,0\n", "field quantity: `0` is less than 1"),
            ("2,10,1,1.5,0\n", "field quantity: `1.5` is not a whole number"),
            ("2,10,-1,1,0\n", "field unitPrice: `-1` is negative"),
            ("2,10,NULL,1,0\n", "field unitPrice: has no value"),
            ("2,10,1,1,1.01\n", "field discount: `1.01` is more than 1"),
            ("2,10,1,1,-0.1\n", "field discount: `-0.1` is negative"),
            ("2,10,1,1\n", "field discount: malformed line: 4 fields, the header has 5"),
            ("2,10,1,1,0,9\n", "field 6: malformed line: 6 fields, the header has 5"),
            ("2,\"10,1,1,0\n", "field productID: malformed line: a quote is never closed"),
            (
                "2,10,0.1234567890123456789012345678,7,0.0123456789012345678901\n",
                "field unitPrice: the line's amount has too many digits to be exact",
            ),
        ];
        for (number, (line, complaint)) in cases.into_iter().enumerate() {
            let folder = Folder::new(&format!("lines-{number}"), ["", line, ""]);
            let (tables, complaints) = folder.load();
            assert_eq!(complaints, [format!("order-details.csv, line 5, {complaint}")]);
            assert_eq!(tables.orders.iter().map(|order| order.id).collect::<Vec<_>>(), [1]);
            assert_eq!(tables.skipped, Skipped { orders: 1, ..Skipped::default() });
        }
    }

    #[test]
    fn bad_orders_are_left_out_with_their_lines() {
        let cases = [
            ("1,BOB,x,UK\n", "", 2, "orders.csv, line 4, field orderID: order 1 is in the table already"),
            ("3,BOB,x,UK\n", "", 2, "orders.csv, line 4, field orderID: order 3 has no order lines"),
            ("3,NULL,x,UK\n", "3,10,1,1,0\n", 2, "orders.csv, line 4, field customerID: has no value"),
            (
                "3,BOB\n",
                "3,10,1,1,0\n",
                2,
                "orders.csv, line 4, field shipAddress: malformed line: 2 fields, the header has 4",
            ),
            ("x,BOB,x,UK\n", "", 2, "orders.csv, line 4, field orderID: `x` is not a whole number"),
            (
                "3,BOB,Rua do Paço, 67,Brazil\n",
                "3,10,1,1,0\n4,10,1,1,0\n",
                3,
                "order-details.csv, line 6, field orderID: there is no order 4",
            ),
            ("", "x,10,1,1,0\n", 2, "order-details.csv, line 5, field orderID: `x` is not a whole number"),
        ];
        for (number, (order, line, good, complaint)) in cases.into_iter().enumerate() {
            let folder = Folder::new(&format!("orders-{number}"), [order, line, ""]);
            let (tables, complaints) = folder.load();
            assert_eq!((tables.orders.len(), &complaints[..]), (good, &[complaint.to_owned()][..]));
            assert_eq!(tables.mended, u64::from(order.contains("Paço")));
            assert_eq!(tables.skipped.orders + tables.skipped.stray_lines, 1);
        }
    }

    #[test]
    fn what_cannot_be_read_at_all_is_named() {
        let folder = Folder::new("unreadable", [""; 3]);
        let error = |path: &Path| load(path, true, &mut |_| {}).unwrap_err().to_string();
        assert!(error(&folder.0.join("nowhere")).ends_with("nowhere: there is no such directory"));
        fs::remove_file(folder.0.join("orders.csv")).unwrap();
        assert!(error(&folder.0).contains("orders.csv: cannot be read"));
        fs::write(folder.0.join("orders.csv"), "orderID,client\n").unwrap();
        assert!(
            error(&folder.0).ends_with("orders.csv, line 1, field customerID: the header has no such column")
        );
    }
}
