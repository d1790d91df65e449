-- CreateTable
CREATE TABLE "AssignmentEdit" (
    "id" TEXT NOT NULL,
    "assignmentId" TEXT NOT NULL,
    "memberId" TEXT,
    "sectionId" TEXT,
    "changes" TEXT NOT NULL,
    "byId" TEXT NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "editedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AssignmentEdit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AssignmentEdit_assignmentId_editedAt_idx" ON "AssignmentEdit"("assignmentId", "editedAt");

-- AddForeignKey
ALTER TABLE "AssignmentEdit" ADD CONSTRAINT "AssignmentEdit_assignmentId_fkey" FOREIGN KEY ("assignmentId") REFERENCES "Assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
