//! History as a table: RFC 4180, in UTF-8 with the mark by which spreadsheets know it.

use crate::view::{BillView, PaymentView};

/// So that a spreadsheet takes the text for UTF-8.
const MARK: &str = "\u{feff}";

/// Payments, one a line.
#[must_use]
pub fn payments_csv(payments: &[PaymentView]) -> String {
    let head = [
        "id",
        "state",
        "biller",
        "biller_name",
        "number",
        "period",
        "provider",
        "charged",
        "payable",
        "cashback",
        "receipt",
        "settled_at",
        "refund",
        "refunded_at",
        "created_at",
    ];
    let rows = payments.iter().map(|payment| {
        let p = payment;
        vec![
            p.id.clone(),
            p.state.clone(),
            p.biller.clone(),
            p.biller_name.clone(),
            p.number.clone(),
            text(&p.period),
            p.provider.clone(),
            number(p.charged),
            number(p.payable),
            number(p.cashback),
            text(&p.receipt),
            text(&p.settled_at),
            text(&p.refund),
            text(&p.refunded_at),
            p.created_at.clone(),
        ]
    });
    table(&head, rows)
}

/// Bills, one a line.
#[must_use]
pub fn bills_csv(bills: &[BillView]) -> String {
    let head = [
        "id",
        "status",
        "biller",
        "biller_name",
        "number",
        "period",
        "amount",
        "fee",
        "discount",
        "payable",
        "due",
        "owner",
        "address",
        "source",
        "checked_at",
    ];
    let rows = bills.iter().map(|bill| {
        let b = bill;
        vec![
            b.id.clone(),
            b.status.clone(),
            b.biller.clone(),
            b.biller_name.clone(),
            b.number.clone(),
            text(&b.period),
            number(b.amount),
            number(b.fee),
            number(b.discount),
            number(b.payable),
            text(&b.due),
            text(&b.owner),
            text(&b.address),
            b.source.clone(),
            text(&b.checked_at),
        ]
    });
    table(&head, rows)
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

fn number(value: Option<i64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut csv = String::from(MARK);
    line(&mut csv, head.iter().copied());
    for row in rows {
        line(&mut csv, row.iter().map(String::as_str));
    }
    csv
}

fn line<'a>(csv: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            csv.push(',');
        }
        csv.push_str(&quoted(cell));
    }
    csv.push_str("\r\n");
}

/// What begins like a formula is made text by an apostrophe (OWASP, CSV injection): names and addresses come from outside.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n', '\'']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for formula in ["=1+1", "+886", "-2", "@SUM(A1)", "\t=1", "＝1"] {
            assert_eq!(quoted(formula), format!("\"'{formula}\""));
        }
        assert_eq!(quoted("a\"b,c\r\nd"), "\"a\"\"b,c\r\nd\"");
        assert_eq!(quoted("金門縣自來水廠"), "金門縣自來水廠");
    }

    #[test]
    fn a_table_has_a_head_and_as_many_cells_in_each_line() {
        let csv = table(&["a", "b"], [vec!["1".to_owned(), "x,y".to_owned()]].into_iter());
        assert_eq!(csv, "\u{feff}a,b\r\n1,\"x,y\"\r\n");
    }
}
