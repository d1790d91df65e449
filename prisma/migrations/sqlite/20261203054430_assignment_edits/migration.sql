-- CreateTable
CREATE TABLE "AssignmentEdit" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "assignmentId" TEXT NOT NULL,
    "memberId" TEXT,
    "sectionId" TEXT,
    "changes" TEXT NOT NULL,
    "byId" TEXT NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "editedAt" DATETIME NOT NULL,
    CONSTRAINT "AssignmentEdit_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "AssignmentEdit_assignmentId_editedAt_idx" ON "AssignmentEdit"("assignmentId", "editedAt");
