namespace Saker.Alerts;

/// <summary>
/// What a look at the text of an alert tells, without taking all of it apart: enough to judge the alert, to count it, and to add to it where it
/// stands. Places are offsets of bytes in the text.
/// </summary>
/// <param name="Known">The alert as far as it was asked for: no message, no tags, and of the output fields only those that were watched.</param>
/// <param name="FieldCount">Output fields that the alert has.</param>
/// <param name="Start">Where the alert begins, with a brace.</param>
/// <param name="FieldsEnd">The brace that ends the output fields.</param>
/// <param name="TagsEnd">The bracket that ends the tags; 0 when the alert has none.</param>
/// <param name="TagCount">Tags that the alert has.</param>
/// <param name="End">The brace that ends the alert.</param>
public readonly record struct AlertOutline(Alert Known, int FieldCount, int Start, int FieldsEnd, int TagsEnd, int TagCount, int End);
