// Everything, for those who do not care which header.
#pragma once

#include <leftfold/aggregate_root.h>
#include <leftfold/app.h>
#include <leftfold/cli.h>
#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/event.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_store.h>
#include <leftfold/json.h>
#include <leftfold/listener.h>
#include <leftfold/log.h>
#include <leftfold/memory.h>
#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/read_model.h>
#include <leftfold/repository.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>
