/// Everything that is asked of the server once its tables are there.
enum PostgreSQLStatements {
    static let begin = PostgreSQLStatement(name: "begin", text: "BEGIN")
    static let commit = PostgreSQLStatement(name: "commit", text: "COMMIT")
    static let rollback = PostgreSQLStatement(name: "rollback", text: "ROLLBACK")

    // MARK: What is there

    /// In the order of names, the same for everybody, so that nobody waits for somebody who waits for him.
    static let lockBoxes = PostgreSQLStatement(
        name: "lock_boxes",
        text: """
            SELECT name, cells, next, held, used FROM secr_relay_boxes WHERE name = ANY ($1::uuid[])
            ORDER BY name FOR UPDATE
            """)

    static let presentBoxes = PostgreSQLStatement(
        name: "present_boxes", text: "SELECT name FROM secr_relay_boxes WHERE name = ANY ($1::uuid[])")

    static let knownMarks = PostgreSQLStatement(
        name: "known_marks", text: "SELECT mark FROM secr_relay_marks WHERE mark = ANY ($1::uuid[])")

    /// Numbers of the cells that acknowledgements are about.
    static let acknowledgedCells = PostgreSQLStatement(
        name: "acknowledged_cells",
        text: """
            SELECT c.box, c.number FROM unnest($1::uuid[], $2::int8[]) AS a (box, number)
            JOIN secr_relay_cells c ON c.box = a.box AND c.number <= a.number
            """)

    // MARK: What becomes of it

    static let deleteCells = PostgreSQLStatement(
        name: "delete_cells",
        text: """
            DELETE FROM secr_relay_cells c USING unnest($1::uuid[], $2::int8[]) AS a (box, number)
            WHERE c.box = a.box AND c.number <= a.number
            """)

    static let deleteBoxes = PostgreSQLStatement(
        name: "delete_boxes", text: "DELETE FROM secr_relay_boxes WHERE name = ANY ($1::uuid[])")

    static let insertBoxes = PostgreSQLStatement(
        name: "insert_boxes",
        text: """
            INSERT INTO secr_relay_boxes (name, days, cells, next, held, used)
            SELECT unnest($1::uuid[]), unnest($2::int8[]), unnest($3::int8[]), unnest($4::int8[]), unnest($5::int8[]),
                unnest($6::int8[])
            """)

    static let updateBoxes = PostgreSQLStatement(
        name: "update_boxes",
        text: """
            UPDATE secr_relay_boxes b SET next = a.next, held = a.held, used = a.used
            FROM unnest($1::uuid[], $2::int8[], $3::int8[], $4::int8[]) AS a (name, next, held, used)
            WHERE b.name = a.name
            """)

    static let insertMarks = PostgreSQLStatement(
        name: "insert_marks", text: "INSERT INTO secr_relay_marks (mark, day) SELECT unnest($1::uuid[]), $2::int8")

    /// `unnest` stands where it hands over one row after another, instead of collecting all of them in a file.
    static let insertCells = PostgreSQLStatement(
        name: "insert_cells",
        text: """
            INSERT INTO secr_relay_cells (box, number, expires, sealed)
            SELECT unnest($1::uuid[]), unnest($2::int8[]), unnest($3::int8[]), unnest($4::bytea[])
            """)

    static let notify = PostgreSQLStatement(
        name: "notify", text: "SELECT count(pg_notify('secr_relay', a)) FROM unnest($1::text[]) AS a")

    // MARK: Reading

    static let nextCell = PostgreSQLStatement(
        name: "next_cell",
        text: """
            SELECT number, expires, sealed,
                EXISTS (SELECT FROM secr_relay_cells m WHERE m.box = c.box AND m.number > c.number)
            FROM secr_relay_cells c WHERE box = $1::uuid AND number > $2::int8 ORDER BY number LIMIT 1
            """)

    static let record = PostgreSQLStatement(
        name: "record",
        text: """
            SELECT b.days, b.cells, b.next, b.used, c.number, c.expires
            FROM secr_relay_boxes b LEFT JOIN secr_relay_cells c ON c.box = b.name WHERE b.name = $1::uuid
            """)

    // MARK: What is over. By pages of the tables, so that no index is needed and nothing is looked at twice.

    static let pages = PostgreSQLStatement(
        name: "pages",
        text: """
            SELECT pg_relation_size('secr_relay_cells') / size, pg_relation_size('secr_relay_boxes') / size,
                pg_relation_size('secr_relay_marks') / size
            FROM (SELECT current_setting('block_size')::int8) AS block (size)
            """)

    static let boxesOfOldCells = PostgreSQLStatement(
        name: "boxes_of_old_cells",
        text: """
            SELECT DISTINCT box FROM secr_relay_cells
            WHERE ctid >= $1::tid AND ctid < $2::tid AND expires < $3::int8
            """)

    static let deleteOldCells = PostgreSQLStatement(
        name: "delete_old_cells",
        text: """
            WITH gone AS (
                DELETE FROM secr_relay_cells WHERE ctid >= $1::tid AND ctid < $2::tid AND expires < $3::int8
                    AND box = ANY ($4::uuid[])
                RETURNING box
            ), counted AS (SELECT box, count(*) AS cells FROM gone GROUP BY box)
            UPDATE secr_relay_boxes b SET held = b.held - counted.cells FROM counted WHERE b.name = counted.box
            """)

    static let unusedBoxes = PostgreSQLStatement(
        name: "unused_boxes",
        text: """
            SELECT name, held FROM secr_relay_boxes WHERE ctid >= $1::tid AND ctid < $2::tid AND used < $3::int8
            """)

    static let lockUnusedBoxes = PostgreSQLStatement(
        name: "lock_unused_boxes",
        text: """
            SELECT name FROM secr_relay_boxes WHERE name = ANY ($1::uuid[]) AND used < $2::int8
            ORDER BY name FOR UPDATE
            """)

    static let deleteOldMarks = PostgreSQLStatement(
        name: "delete_old_marks",
        text: "DELETE FROM secr_relay_marks WHERE ctid >= $1::tid AND ctid < $2::tid AND day < $3::int8")

    static let all = [
        begin, commit, rollback, lockBoxes, presentBoxes, knownMarks, acknowledgedCells, deleteCells, deleteBoxes,
        insertBoxes,
        updateBoxes, insertMarks, insertCells, notify, nextCell, record, pages, boxesOfOldCells, deleteOldCells,
        unusedBoxes, lockUnusedBoxes, deleteOldMarks,
    ]
}
