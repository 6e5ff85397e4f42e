//! The programs of the book's chapter on tests.

use std::time::Duration;

use actors::prelude::*;
use actors::testkit::{Probe, TestSystem, advance};

// ANCHOR: thermostat
#[derive(Message)]
#[message(reply = i32)]
struct Measure;

#[derive(Message, Debug, PartialEq)]
struct TooHot(i32);

/// Raises the alarm if it is still too hot after ten minutes.
#[derive(Actor)]
struct Thermostat {
    sensor: Recipient<Measure>,
    alarm: Recipient<TooHot>,
}

#[handlers]
impl Thermostat {
    #[handler]
    async fn check(&mut self, ctx: &mut Context<Self>) -> actors::Result<()> {
        if self.sensor.ask(Measure).await? > 30 {
            ctx.after(Duration::from_secs(600), CheckAgain {});
        }
        Ok(())
    }

    #[handler]
    async fn check_again(&mut self) -> actors::Result<()> {
        let degrees = self.sensor.ask(Measure).await?;
        if degrees > 30 {
            self.alarm.tell(TooHot(degrees)).await?;
        }
        Ok(())
    }
}
// ANCHOR_END: thermostat

// ANCHOR: probes
#[tokio::test(start_paused = true)]
async fn raises_the_alarm_when_it_stays_hot() {
    let system = TestSystem::new();
    let sensor = Probe::<Measure>::new(&system);
    let alarm = Probe::<TooHot>::new(&system);
    let thermostat = system.spawn(Thermostat { sensor: sensor.recipient(), alarm: alarm.recipient() });

    thermostat.check().tell().await.unwrap();
    let (Measure, reply) = sensor.expect_request().await;
    reply.send(31);

    advance(Duration::from_secs(600)).await;
    let (Measure, reply) = sensor.expect_request().await;
    reply.send(35);
    assert_eq!(alarm.expect().await, TooHot(35));

    thermostat.stop();
    system.finish().await;
}
// ANCHOR_END: probes

// ANCHOR: silence
#[tokio::test(start_paused = true)]
async fn stays_calm_when_it_cools_down() {
    let system = TestSystem::new();
    let sensor = Probe::<Measure>::new(&system);
    let alarm = Probe::<TooHot>::new(&system);
    let thermostat = system.spawn(Thermostat { sensor: sensor.recipient(), alarm: alarm.recipient() });

    thermostat.check().tell().await.unwrap();
    for degrees in [31, 20] {
        sensor.expect_request().await.1.send(degrees);
        advance(Duration::from_secs(600)).await;
    }
    alarm.expect_no_message(Duration::from_secs(3600)).await;

    drop(thermostat);
    system.finish().await;
}
// ANCHOR_END: silence

// ANCHOR: ends
#[tokio::test(start_paused = true)]
async fn dies_of_nothing_but_a_stop() {
    let system = TestSystem::new();
    let (sensor, alarm) = (Probe::new(&system), Probe::<TooHot>::new(&system));
    let thermostat = system.spawn(Thermostat { sensor: sensor.recipient(), alarm: alarm.recipient() });

    sensor.stop();
    sensor.expect_terminated(&sensor).await;
    assert!(thermostat.check().await.is_err(), "the sensor is gone");

    thermostat.stop();
    let end = alarm.expect_terminated(&thermostat).await;
    assert!(end.reason().is_normal());
    system.finish().await;
}
// ANCHOR_END: ends
