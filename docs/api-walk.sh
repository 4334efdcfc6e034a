#!/bin/sh
# A whole life by curl: registered, accepted, assigned, acknowledged, evidence, submitted, passed,
# approved, and taken up again when it has relapsed. Stops at the first answer that is not 2xx.
#
#   API           address of the API, like https://zg.example.org/api/v1
#   COORDINATOR   tokens of those who take part, each with the scope "act"
#   RESPONSIBLE, VERIFIER, SUPERVISOR
#   PERSON, UNIT  the handle of the responsible person, and their unit's code
#   CATEGORY      a category of the campaign's policy
#   PHOTO         a file that shows what was done
set -eu

call() {  # call TOKEN METHOD PATH [more for curl]
    token=$1 method=$2 path=$3
    shift 3
    curl --silent --show-error --fail-with-body -X "$method" "$API$path" \
        -H "Authorization: Bearer $token" "$@"
    echo
}

json='Content-Type: application/json'

# Register. The key makes it safe to send the same again: the answer is the first one.
key="walk-$$"
receipt=$(call "$COORDINATOR" POST /items -H "$json" -H "Idempotency-Key: $key" \
    -d "{\"title\": \"窗口推诿，群众往返三次\", \"category\": \"$CATEGORY\", \"source\": \"hotline\"}")
echo "$receipt"
ref=$(echo "$receipt" | sed 's/.*"ref":"\([^"]*\)".*/\1/')

# Accept, and assign. If-Match: only if nobody has changed it since (412 otherwise).
etag=$(call "$COORDINATOR" GET "/items/$ref" --dump-header - --output /dev/null \
    | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
call "$COORDINATOR" POST "/items/$ref/commands/accept" -H "$json" -H "If-Match: $etag" -d '{}'
call "$COORDINATOR" POST "/items/$ref/commands/assign" -H "$json" \
    -d "{\"unit\": \"$UNIT\", \"responsible\": \"$PERSON\"}"

# The responsible person receives it, attaches a file, and submits.
call "$RESPONSIBLE" GET '/items?stage=assignment&limit=10'
call "$RESPONSIBLE" POST "/items/$ref/commands/acknowledge"
call "$RESPONSIBLE" POST "/items/$ref/evidence" -F "file=@$PHOTO" -F 'note=整改后的窗口'
call "$RESPONSIBLE" POST "/items/$ref/commands/submit" -H "$json" -d '{"summary": "已增设窗口"}'

# A verifier looks at the evidence and passes it; a supervisor strikes the item off.
call "$VERIFIER" GET "/items/$ref/evidence"
call "$VERIFIER" POST "/items/$ref/commands/pass" -H "$json" -d '{"finding": "现场核查属实"}'
call "$SUPERVISOR" GET "/items/$ref/commands"
call "$SUPERVISOR" POST "/items/$ref/commands/approve" -H "$json" -d '{"outcome": "rectified"}'

# It has relapsed: work on it again. Then the whole history.
call "$SUPERVISOR" POST "/items/$ref/commands/reopen" -H "$json" -d '{"reason": "问题反弹"}'
call "$SUPERVISOR" GET "/items/$ref/history"
