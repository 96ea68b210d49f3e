//! The three ways to verify a number, as steps, against the sandbox's operator.
#![allow(clippy::unwrap_used, clippy::panic)]

mod live;

use std::sync::Arc;

use live::{E164, Hardware, MSISDN, open, sandbox};
use paytaipei_app::ports::{Cellular, CellularError};
use paytaipei_app::{Code, Error, Method, PayTaipei, VerificationStep, VerificationSteps};
use paytaipei_sandbox::Sandbox;

const OTHER: &str = "+886900000077";

struct World {
    home: tempfile::TempDir,
    sandbox: Sandbox,
    vault: Arc<Hardware>,
}

impl World {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), sandbox: sandbox(), vault: Hardware::new() }
    }

    fn phone(&self) -> PayTaipei {
        open(self.home.path(), &self.sandbox, &self.vault)
    }

    /// Begins by the operator's page: the steps, and the page's address.
    async fn page(&self, core: &PayTaipei) -> (VerificationSteps, String) {
        let mut steps = core.verify(MSISDN, Method::Page, None);
        match core.next_step(&mut steps).await {
            Some(VerificationStep::OpenPage { url }) => (steps, url),
            other => panic!("{other:?}"),
        }
    }
}

async fn ended(core: &PayTaipei, steps: &mut VerificationSteps) -> Result<String, Code> {
    let step = core.next_step(steps).await;
    assert_eq!(core.next_step(steps).await, None, "nothing follows the last step");
    match step {
        Some(VerificationStep::Verified { msisdn }) => Ok(msisdn),
        Some(VerificationStep::Refused(error)) => Err(error.code),
        other => panic!("{other:?}"),
    }
}

fn detail(refused: Result<(), Error>) -> (Code, Option<&'static str>) {
    let error = refused.unwrap_err();
    (error.code, error.detail())
}

#[tokio::test]
async fn a_person_approves_on_the_operators_page_and_the_app_was_killed_meanwhile() {
    let world = World::new();
    let url = {
        let core = world.phone();
        let (_, url) = world.page(&core).await;
        url
    };
    assert!(world.sandbox.pending(E164).unwrap().is_empty(), "nobody is asked on the handset");
    let link = world.sandbox.browse(&url, E164, true).unwrap();
    let core = world.phone();
    let mut steps = core.resume_verification();
    core.page_returned(&link).unwrap();
    assert_eq!(ended(&core, &mut steps).await, Ok("09•• ••• 031".to_owned()));
    core.require_verified().unwrap();
}

#[tokio::test]
async fn links_of_other_apps_and_old_ones_are_refused_and_the_right_one_still_counts() {
    let world = World::new();
    let core = world.phone();
    let (_, earlier) = world.page(&core).await;
    let stale = world.sandbox.browse(&earlier, E164, true).unwrap();
    let (mut steps, url) = world.page(&core).await;
    let link = world.sandbox.browse(&url, E164, true).unwrap();
    for (bad, name) in [
        (stale, "other_state"),
        ("https://pay.taipei/app/verified?code=c&state=AAAA".to_owned(), "other_state"),
        (link.replace("https://", "paytaipei://"), "other_scheme"),
        (link.replace("pay.taipei/app", "pay.taipei.example/app"), "other_host"),
        (link.replace("operator.invalid", "other-operator.invalid"), "other_issuer"),
    ] {
        assert_eq!(detail(core.page_returned(&bad)), (Code::ReturnRefused, Some(name)));
    }
    core.page_returned(&link).unwrap();
    assert_eq!(detail(core.page_returned(&link)), (Code::ReturnRefused, Some("replayed")));
    ended(&core, &mut steps).await.unwrap();
    assert_eq!(core.page_returned(&link).unwrap_err().code, Code::VerificationExpired, "there is none under way");
}

#[tokio::test]
async fn a_no_on_the_page_and_another_sim_verify_nothing() {
    let world = World::new();
    let core = world.phone();
    let (mut steps, url) = world.page(&core).await;
    let link = world.sandbox.browse(&url, E164, false).unwrap();
    assert_eq!(core.page_returned(&link).unwrap_err().code, Code::VerificationRefused);
    assert_eq!(ended(&core, &mut steps).await, Err(Code::VerificationRefused));

    let (mut steps, url) = world.page(&core).await;
    core.page_returned(&world.sandbox.browse(&url, OTHER, true).unwrap()).unwrap();
    assert_eq!(ended(&core, &mut steps).await, Err(Code::NumberMismatch));
    assert_eq!(core.require_verified().unwrap_err().code, Code::NumberNotVerified);
}

/// Mobile data of the phone with this SIM; `None`: switched off.
struct Mobile(Option<&'static str>, paytaipei_sandbox::ControlClient);

impl Cellular for Mobile {
    fn cellular_get(&self, url: String) -> Result<u16, CellularError> {
        let sim = self.0.ok_or(CellularError::NoMobileData)?;
        self.1.cellular_get(&url, sim).map_err(|_| CellularError::Failed)
    }
}

#[tokio::test]
async fn the_mobile_network_alone_verifies_its_own_sim_and_no_other() {
    let world = World::new();
    let core = world.phone();
    let by = |sim| Some(Arc::new(Mobile(sim, world.sandbox.control())) as Arc<dyn Cellular>);
    for cellular in [None, by(None), by(Some(OTHER))] {
        let mut steps = core.verify(MSISDN, Method::MobileData, cellular);
        assert_eq!(ended(&core, &mut steps).await, Err(Code::MobileDataNeeded));
        assert!(core.verification().unwrap().is_none(), "nothing is waited for");
    }
    assert!(world.sandbox.pending(E164).unwrap().is_empty(), "nobody was asked on the handset");
    let mut steps = core.verify(MSISDN, Method::MobileData, by(Some(E164)));
    ended(&core, &mut steps).await.unwrap();
    core.require_verified().unwrap();
}

#[tokio::test]
async fn on_the_handset_the_step_says_what_shows_there() {
    let world = World::new();
    let core = world.phone();
    let mut steps = core.verify(MSISDN, Method::Handset, None);
    let Some(VerificationStep::ApproveOnHandset(view)) = core.next_step(&mut steps).await else { panic!() };
    assert_eq!(world.sandbox.pending(E164).unwrap()[0].binding_message, view.binding_message);
    world.sandbox.approve(E164).unwrap();
    ended(&core, &mut steps).await.unwrap();
}
