//! The account of one order.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::order::{Order, ProductId};

/// Something that was done for an order. Its number together with the kind of effect (and the product) is the
/// idempotency key: it may be asked for many times, and must take place once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Booking {
    pub(crate) number: u64,
    pub(crate) effect: Effect,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Effect {
    Reserved { product: ProductId, quantity: u64 },
    Charged { amount: Decimal },
    Shipped,
    Refunded { amount: Decimal },
    Released { product: ProductId, quantity: u64 },
    Ended { outcome: Outcome },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// Reserved, charged and shipped.
    Shipped,
    /// Out of stock, or the charge was declined; nothing was paid.
    Rejected,
    /// Charged but not shipped, so refunded.
    Compensated,
}

#[derive(Debug, Default)]
pub(super) struct Account {
    order: Option<Arc<Order>>,
    reserved: BTreeMap<ProductId, u64>,
    released: BTreeMap<ProductId, u64>,
    charged: Option<Decimal>,
    refunded: Option<Decimal>,
    shipped: bool,
    outcome: Option<Outcome>,
}

impl Account {
    /// `false` where the order was placed before.
    pub(super) fn place(&mut self, order: Arc<Order>) -> bool {
        self.order.replace(order).is_none()
    }

    /// `false` where the effect is in the account already.
    pub(super) fn book(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Reserved { product, quantity } => self.reserved.insert(product, quantity).is_none(),
            Effect::Released { product, quantity } => self.released.insert(product, quantity).is_none(),
            Effect::Charged { amount } => self.charged.replace(amount).is_none(),
            Effect::Refunded { amount } => self.refunded.replace(amount).is_none(),
            Effect::Shipped => !std::mem::replace(&mut self.shipped, true),
            Effect::Ended { outcome } => self.outcome.replace(outcome).is_none(),
        }
    }

    /// The order and its outcome, once it has one and the bookings bear it out.
    pub(super) fn closed(&self) -> Option<(Arc<Order>, Outcome)> {
        let (order, outcome) = (self.order.as_ref()?, self.outcome?);
        let paid = self.charged == Some(order.total);
        let adds_up = match outcome {
            Outcome::Shipped => {
                let kept = self.reserved == order.demand() && self.released.is_empty();
                kept && paid && self.shipped && self.refunded.is_none()
            }
            Outcome::Rejected => self.released == self.reserved && self.charged.is_none() && !self.shipped,
            Outcome::Compensated => {
                self.released == self.reserved
                    && self.reserved == order.demand()
                    && paid
                    && self.refunded == self.charged
                    && !self.shipped
            }
        };
        adds_up.then(|| (Arc::clone(order), outcome))
    }

    pub(super) fn has_shipped(&self) -> bool {
        self.shipped
    }

    pub(super) fn effects(&self) -> Vec<Effect> {
        let reserved =
            self.reserved.iter().map(|(&product, &quantity)| Effect::Reserved { product, quantity });
        let released =
            self.released.iter().map(|(&product, &quantity)| Effect::Released { product, quantity });
        let charged = self.charged.map(|amount| Effect::Charged { amount });
        let refunded = self.refunded.map(|amount| Effect::Refunded { amount });
        let shipped = self.shipped.then_some(Effect::Shipped);
        reserved.chain(released).chain(charged).chain(refunded).chain(shipped).collect()
    }
}
