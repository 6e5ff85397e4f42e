//! What goes with some lives only.

use tracing::Span;

use super::{Life, StartReport, Tenant, contain};
use crate::error::{ActorError, StartError};
use crate::exit::ExitReason;
use crate::kernel::actor::Actor;
use crate::kernel::context::Context;
use crate::kernel::custody::Custodian;
use crate::kernel::envelope::Body;

/// In a box, because most actors have none of it.
pub(in crate::kernel) struct Entourage<A: Actor> {
    /// `None`: there is one life.
    custodian: Option<Box<dyn Custodian<A>>>,
    report: Option<StartReport>,
    pub(super) span: Option<Span>,
    /// Whether the life that runs or ended last declined to start.
    pub(super) ignored: bool,
}

impl<A: Actor> Entourage<A> {
    fn nobody() -> Self {
        Self { custodian: None, report: None, span: None, ignored: false }
    }

    pub(super) fn of(
        custodian: Option<Box<dyn Custodian<A>>>,
        report: Option<StartReport>,
    ) -> Option<Box<Self>> {
        let somebody = custodian.is_some() || report.is_some();
        somebody.then(|| Box::new(Self { custodian, report, ..Self::nobody() }))
    }
}

impl<A: Actor> Life<'_, A> {
    #[inline]
    pub(super) fn entourage(&mut self) -> &mut Option<Box<Entourage<A>>> {
        &mut self.cell.private::<Tenant<A>>().entourage
    }

    /// Who builds the states and grants further lives, if anybody does.
    pub(super) fn custodian(&mut self) -> Option<&mut dyn Custodian<A>> {
        Some(self.entourage().as_mut()?.custodian.as_mut()?.as_mut())
    }

    /// Sets or forgets the span of the life.
    pub(super) fn set_span(&mut self, span: Option<Span>) {
        let entourage = self.entourage();
        if span.is_some() || entourage.is_some() {
            entourage.get_or_insert_with(|| Box::new(Entourage::nobody())).span = span;
        }
    }

    /// The state of the next life, or why there is none.
    pub(super) fn build(&mut self) -> Result<Body<A>, ExitReason> {
        if let Some(entourage) = self.entourage() {
            entourage.ignored = false;
        }
        let spent = || ActorError::msg("the actor has one life only");
        match contain(|| self.custodian().ok_or_else(spent)?.build()) {
            Ok(Ok(actor)) => Ok(Body::new(actor, Context::new(self.cell.clone()))),
            Ok(Err(error)) => Err(self.failed(error)),
            Err(panic) => Err(ExitReason::Panicked(panic)),
        }
    }

    pub(super) fn failed(&mut self, error: ActorError) -> ExitReason {
        if error.is_ignore() {
            if let Some(entourage) = self.entourage() {
                entourage.ignored = true;
            }
            return ExitReason::Normal;
        }
        ExitReason::Failed(error)
    }

    /// Whether somebody waits to hear how the first start goes.
    pub(super) fn is_awaited(&mut self) -> bool {
        self.entourage().as_ref().is_some_and(|entourage| entourage.report.is_some())
    }

    /// Where the outcome of the first start is to go, unless it went there.
    pub(super) fn report(&mut self) -> Option<StartReport> {
        self.entourage().as_mut()?.report.take()
    }

    pub(super) fn report_start(&mut self, outcome: Result<(), StartError>) {
        if let Some(report) = self.report() {
            // Whoever started it may have stopped waiting.
            let _ = report.send(outcome);
        }
    }
}
