//! The jobs: one short story each. Times are in seconds since the world began.

use super::{Copied, Counts, Follow, Plan, Purpose, Transfer, TransferState, id, whole};
use crate::sim::world::{Engine, Scene};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// How long the copy of the shop takes, and when it began.
const SHOP_TAKES: f64 = HOUR;
const SHOP_BEGAN: f64 = -1200.0;

/// Everything has been copied.
const WHOLE: Copied = Copied { structure: 1.0, rows: 1.0, indexes: 1.0 };

/// Every job, in the order in which they were set up; deleted ones too.
pub(in crate::sim::world) fn jobs(scene: &Scene) -> Vec<Transfer> {
    vec![
        scratch(scene),
        legacy(scene),
        guard(scene),
        orders(scene),
        crm(scene),
        invoices(scene),
        shop(scene),
        staff(scene),
    ]
}

/// Copies more tables than fit on a page; once they are there it follows.
fn shop(scene: &Scene) -> Transfer {
    let mut job = job(scene, "shop-mysql-to-cloud", Purpose::Migration, SHOP_BEGAN);
    job.objects = Counts { schema: "shop", tables: 2345, databases: 3, views: 12, procedures: 4, functions: 3 };
    let done = (scene.elapsed() - SHOP_BEGAN) / SHOP_TAKES;
    job.copied = Copied { structure: 1.0, rows: done.min(1.0), indexes: ((done - 0.9) * 10.0).clamp(0.0, 1.0) };
    if done < 1.0 {
        job.remaining = Some(whole((1.0 - done) * SHOP_TAKES));
    } else {
        let behind = SHOP_TAKES * (-(scene.elapsed() - SHOP_BEGAN - SHOP_TAKES) / 60.0).exp();
        job.state = TransferState::Following;
        job.follow = Some(follow(scene, "shop", 1.5 + behind));
    }
    job
}

/// Follows, a few seconds late.
fn orders(scene: &Scene) -> Transfer {
    let mut job = job(scene, "orders-mysql-to-cloud", Purpose::Synchronisation, -8.0 * DAY);
    job.state = TransferState::Following;
    job.objects = Counts { schema: "orders", tables: 40, databases: 1, ..Counts::default() };
    job.copied = WHOLE;
    job.follow = Some(follow(scene, "orders job", 3.4 + scene.wave("orders job", 110.0)));
    job
}

/// Stopped by an error in the middle of the copying.
fn invoices(scene: &Scene) -> Transfer {
    let mut job = job(scene, "invoices-oracle-to-gaussdb", Purpose::Synchronisation, -5.0 * HOUR);
    job.from = Engine::Oracle;
    job.to = Engine::GaussDb;
    job.state = TransferState::CopyingFailed;
    job.objects = Counts { schema: "invoices", tables: 412, databases: 2, views: 5, ..Counts::default() };
    job.copied = Copied { structure: 1.0, rows: 0.37, indexes: 0.0 };
    job.told = Some(scene.at(-3.0 * HOUR));
    job.failed = true;
    job
}

/// Paused by its owner.
fn crm(scene: &Scene) -> Transfer {
    let mut job = job(scene, "crm-mysql-to-cloud", Purpose::Migration, -2.0 * DAY);
    job.state = TransferState::Paused;
    job.objects = Counts { schema: "crm", tables: 55, databases: 1, views: 2, ..Counts::default() };
    job.copied = Copied { structure: 1.0, rows: 0.58, indexes: 0.0 };
    job.told = Some(scene.at(-90.0 * 60.0));
    job
}

/// Keeps a copy in another region for the day that this one fails.
fn guard(scene: &Scene) -> Transfer {
    let mut job = job(scene, "billing-mysql-guard", Purpose::Recovery, -20.0 * DAY);
    job.state = TransferState::Following;
    job.objects = Counts { schema: "billing", tables: 18, databases: 1, ..Counts::default() };
    job.copied = WHOLE;
    job.follow = Some(follow(scene, "guard", 0.8 + 0.3 * scene.wave("guard", 70.0)));
    job
}

/// Set up and not started.
fn staff(scene: &Scene) -> Transfer {
    let mut job = job(scene, "staff-mysql-to-cloud", Purpose::Synchronisation, -900.0);
    job.state = TransferState::Configuring;
    job.plan = Plan::Follow;
    job.objects = Counts { schema: "staff", tables: 7, databases: 1, ..Counts::default() };
    job.told = None;
    job
}

/// Over, and its resources are given back.
fn legacy(scene: &Scene) -> Transfer {
    let mut job = job(scene, "legacy-mysql-to-cloud", Purpose::Migration, -50.0 * DAY);
    job.state = TransferState::Released;
    job.copied = WHOLE;
    job.told = Some(scene.at(-45.0 * DAY));
    job
}

/// Deleted: in no list any more.
fn scratch(scene: &Scene) -> Transfer {
    let mut job = job(scene, "scratch-mysql-to-cloud", Purpose::Migration, -70.0 * DAY);
    job.state = TransferState::Deleted;
    job
}

fn job(scene: &Scene, name: &str, purpose: Purpose, created: f64) -> Transfer {
    Transfer {
        id: id(scene, name),
        name: name.to_owned(),
        purpose,
        state: TransferState::Copying,
        plan: Plan::CopyAndFollow,
        from: Engine::MySql,
        to: Engine::MySql,
        created: scene.at(created),
        told: Some(scene.now()),
        copied: Copied::default(),
        remaining: None,
        follow: None,
        failed: false,
        objects: Counts::default(),
    }
}

fn follow(scene: &Scene, name: &str, delay: f64) -> Follow {
    let rows = 240.0 + 60.0 * scene.wave(name, 40.0);
    Follow {
        delay_milliseconds: whole(delay * 1000.0),
        rows_per_second: whole(rows),
        bytes_per_second: whole(rows * 180.0),
    }
}
