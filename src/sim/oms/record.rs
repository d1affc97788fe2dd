//! A project as this dialect prints it, in a list, in detail, and its steps alone.
//!
//! Kept from real answers: `null` for what is not there (`labels` rather than an empty list,
//! members of `extraInfo`), mappings and settings only in detail, ports as text in detail and as
//! numbers in lists, `srcRt` as text for some projects and as a number for others, descriptions in
//! two languages, a `failedTime` on a step that is finished, a `finishTime` on one that still
//! monitors.

use serde_json::{Value, json};

use super::words::{self, Language};
use crate::sim::world::{
    Act, AlarmReason, Copying, Endpoint, Engine, Kind, Position, Project, Report, Stage, StageState, Work, World,
};

/// An item of a list.
pub(super) fn listed(world: &World, project: &Project) -> Value {
    let summary = &project.summary;
    let has = |act| project.stages.iter().any(|stage| stage.act == act);
    json!({
        "workerGradeId": null,
        "id": summary.id,
        "type": words::kind(summary.kind),
        "name": summary.name,
        "labels": labels(world, project),
        "owner": project.owner,
        "importance": words::importance(project.importance),
        "status": words::status(summary.phase),
        "gmtCreate": words::time(summary.created),
        "gmtModified": words::time(summary.modified),
        "gmtStart": project.started.and_then(words::time),
        "gmtFinish": project.finished.and_then(words::time),
        "destConnId": null,
        "isMerging": false,
        "isModifying": words::status(summary.phase) == "RUNNING_MODIFYING",
        "isSubProject": false,
        "sourceEndpointType": words::endpoint_type(summary.from),
        "sinkEndpointType": words::endpoint_type(summary.to),
        "transferMapping": null,
        "commonTransferConfig": null,
        "enableStructTransfer": has(Act::Structure),
        "structTransferConfig": null,
        "enableFullTransfer": has(Act::Load),
        "enableFullVerify": has(Act::Verify),
        "fullTransferConfig": null,
        "enableIncrTransfer": has(Act::Follow),
        "enableIncrVerify": false,
        "enableReverseIncrTransfer": has(Act::FollowBack),
        "incrTransferConfig": null,
        "sourceConnectInfo": connection(world, &project.source, &json!(project.source.port)),
        "sinkConnectInfo": connection(world, &project.sink, &json!(project.sink.port)),
        "steps": steps(project),
        "extraInfo": extra_info(project),
        "alarmStats": alarm_stats(project),
    })
}

/// A project with all that lists leave out.
pub(super) fn detailed(world: &World, project: &Project) -> Value {
    let mut record = listed(world, project);
    let port = |endpoint: &Endpoint| json!(endpoint.port.to_string());
    let details = [
        ("transferMapping", transfer_mapping(project)),
        ("commonTransferConfig", common_config(project)),
        (
            "structTransferConfig",
            json!({ "byteCharConvertStrategy": "DO_NOTHING_IF_BYTE_USED", "deferIndexCreation": true }),
        ),
        (
            "fullTransferConfig",
            json!({
                "nonePkUkTruncateDstTable": null,
                "allowDestTableNotEmpty": true,
                "fullTransferSpeedMode": "NORMAL",
                "fullVerifySpeedMode": "NORMAL",
            }),
        ),
        (
            "incrTransferConfig",
            json!({
                "startTimestamp": project.started,
                "recordTypeWhiteList": ["INSERT", "DELETE", "UPDATE"],
                "storeLogKeptHour": 120,
                "enableSequencingWithinTxn": null,
                "incrSyncConcurrency": null,
                "enableIncrSyncStatistics": null,
            }),
        ),
        ("sourceConnectInfo", connection(world, &project.source, &port(&project.source))),
        ("sinkConnectInfo", connection(world, &project.sink, &port(&project.sink))),
    ];
    if let Some(members) = record.as_object_mut() {
        for (name, detail) in details {
            members.insert(name.to_owned(), detail);
        }
    }
    record
}

/// The steps of a project.
pub(super) fn steps(project: &Project) -> Value {
    project.stages.iter().map(|stage| step(project, stage)).collect()
}

fn step(project: &Project, stage: &Stage) -> Value {
    // A server has one language; that of these projects goes by the kind of source.
    let language = match project.summary.from {
        Engine::Oracle | Engine::Db2 => Language::English,
        _ => Language::Chinese,
    };
    let failed_at = stage.failure.as_ref().map(|failure| failure.at);
    let cause = stage.failure.as_ref().and_then(|failure| failure.cause);
    json!({
        "order": words::step_order(stage.act),
        "name": words::step_name(stage.act),
        "description": words::step_description(stage.act, language),
        "status": words::step_status(stage.state),
        "extraInfo": {
            "errorDetails": null,
            "errorCode": cause.map(|cause| words::cause(cause).0),
            "errorMsg": cause.map(|cause| words::cause(cause).1),
            "errorParam": null,
            // The one time that comes with milliseconds.
            "failedTime": failed_at.and_then(words::time).map(|time| format!("{time}.881")),
        },
        "startTime": stage.started.and_then(words::time),
        "finishTime": stage.ended.and_then(words::time),
        "progress": stage.percent,
        "stepInfo": step_info(project, stage),
    })
}

fn step_info(project: &Project, stage: &Stage) -> Value {
    match &stage.work {
        Work::Unmeasured => Value::Null,
        Work::Copying(copying) => copy_info(project, copying),
        Work::Following(position) => json!({
            "incrTimestampCheckpoint": position.map(|position| position.reached),
            "checkpointSampleTimestamp": position.map(|position| position.sampled),
            "enableIncrStatistics": null,
        }),
        Work::Switching { sampled } => json!({ "checkpointSampleTimestamp": sampled }),
    }
}

fn copy_info(project: &Project, copying: &Copying) -> Value {
    let read_time = match project.summary.from {
        // Documented as text, captured as a number.
        Engine::Oracle => json!(copying.read_milliseconds.to_string()),
        _ => json!(copying.read_milliseconds),
    };
    json!({
        "processedRecords": copying.done,
        "capacity": copying.total,
        "srcRps": copying.rows,
        "srcRt": read_time,
        "srcIops": copying.bytes,
        "dstRps": copying.rows,
        "dstRt": copying.write_milliseconds,
        "dstIops": copying.bytes,
        "srcRpsRef": 4000,
        "srcRtRef": 1,
        "dstRpsRef": 4000,
        "dstRtRef": 1,
        "srcIopsRef": 4_194_304,
    })
}

fn labels(world: &World, project: &Project) -> Option<Value> {
    let labels = project.summary.labels;
    (!labels.is_empty())
        .then(|| labels.iter().map(|name| json!({ "id": words::label_id(world, name), "name": name })).collect())
}

fn extra_info(project: &Project) -> Value {
    let Report::Told(position) = project.report else {
        return Value::Null;
    };
    let running =
        project.stages.iter().rev().find(|stage| matches!(stage.state, StageState::Running | StageState::Following));
    json!({
        "runningStep": running.map(|stage| words::step_name(stage.act)),
        "runningProgress": running.map(|stage| stage.percent),
        "monitoringIncr": position.is_some(),
        "subtopics": null,
        "reverseSubtopics": null,
        "logServiceStartCheckpoint": null,
        "sourceStoreKeptHour": 120,
        "syncDelay": position.map(|Position { reached, sampled }| sampled - reached),
        "syncDelaySampleTimestamp": position.map(|position| position.sampled),
        "accessObSource": null,
        "overwriteConfig": null,
        "ignoreUnsupportDdl": null,
        "subDbs": null,
        "subConds": null,
        "subIds": null,
        "maxConnectorCount": -1,
        "storeIncr": true,
        "incrSyncTimestamp": position.map(|position| position.reached),
    })
}

fn alarm_stats(project: &Project) -> Value {
    let Some(alarm) = project.alarm else {
        return json!({
            "target": null,
            "alarming": false,
            "recentlyTriggerCount": null,
            "ruleToRecentlyTriggerCount": null,
            "alarmContent": null,
            "openMonitor": null,
        });
    };
    let content = match alarm.reason {
        AlarmReason::Late(seconds) => {
            format!("{}: delay {seconds} s", project.summary.name)
        }
        AlarmReason::Failed => format!("{}: status FAILED", project.summary.name),
    };
    json!({
        "target": project.summary.id,
        "alarming": true,
        "recentlyTriggerCount": alarm.count,
        "ruleToRecentlyTriggerCount": { words::alarm_rule(alarm.reason): alarm.count },
        "alarmContent": content,
        "openMonitor": null,
    })
}

fn connection(world: &World, endpoint: &Endpoint, port: &Value) -> Value {
    let engine = words::endpoint_type(endpoint.engine);
    let arbitrary = world.hash(&endpoint.host) & 0xffff_ffff;
    let extra = match endpoint.engine {
        Engine::OceanBaseMySql | Engine::OceanBaseOracle => json!({
            "cluster": "obcluster",
            "tenant": "shop",
            "isLogicSource": false,
            "useLogProxy": false,
            "drcUser": "drc_user",
            "configUrl": format!("http://{}:8080/services", endpoint.host),
            "logProxyIp": null,
            "logProxyPort": null,
            "noUserAuth": false,
        }),
        _ => Value::Null,
    };
    json!({
        "id": format!("c_4w{arbitrary:08x}"),
        "endpointName": format!("{}-{}", engine.to_lowercase(), endpoint.host),
        "endpointId": format!("e_4w{arbitrary:08x}"),
        "endpointSide": null,
        "dbEngine": format!("{engine}_PUBLIC"),
        "connectionInfo": null,
        "username": "oms_reader",
        "version": words::version(endpoint.engine),
        "timezone": "+08:00",
        "charset": "utf8mb4",
        "nlsLengthSemantics": null,
        "operatingSystem": null,
        "region": "cn-shanghai",
        "ocpName": "",
        "connExtraAttributes": extra,
        "owner": "admin",
        "resourceOwner": "admin",
        "host": endpoint.host,
        "port": port,
    })
}

fn transfer_mapping(project: &Project) -> Value {
    let schema = project.schema();
    let tables: Value = (0..project.tables)
        .map(|index| {
            let table = project.table(index);
            json!({
                "mappedName": table,
                "name": table,
                "id": null,
                "whereClause": null,
                "filterColumns": null,
                "shardColumns": null,
                "columns": null,
            })
        })
        .collect();
    json!({
        "mode": "SPECIFIC",
        "databases": [{
            "mappedName": schema,
            "name": schema,
            "id": null,
            "tables": tables,
            "views": null,
            "specificTables": null,
            "specificViews": null,
        }],
        "databasesBlack": null,
        "tableAndViewWhiteList": null,
        "tableAndViewBlackList": null,
    })
}

fn common_config(project: &Project) -> Value {
    let serializer = match project.summary.kind {
        Kind::Synchronisation => json!("DEFAULT"),
        Kind::Migration => Value::Null,
    };
    json!({
        "tableCategory": null,
        "activeActive": false,
        "mqSerializerType": serializer,
        "mqPartitionMode": null,
        "mqPartition": 0,
        "datahubTopicType": null,
        "rocketMqProducerGroup": null,
        "rocketMqMsgTags": null,
        "rocketMqEnableMsgTrace": null,
        "rocketMqSendMsgTimeout": null,
        "dataWorksBusinessName": null,
    })
}
