namespace Saker.Outputs;

/// <summary>The outcomes of one attempt for several alerts: one for all, or one for each in their order.</summary>
public readonly struct BatchResult
{
    private readonly DeliveryResult all;
    private readonly IReadOnlyList<DeliveryResult>? each;

    private BatchResult(DeliveryResult all, IReadOnlyList<DeliveryResult>? each)
    {
        this.all = all;
        this.each = each;
    }

    /// <summary>The outcome of the alert at <paramref name="index"/>. One that the output forgot is another attempt, not a loss.</summary>
    public DeliveryResult this[int index] =>
        each is null ? all : index < each.Count ? each[index] : DeliveryResult.Retry("The output said nothing about this alert.");

    /// <summary>One outcome for all.</summary>
    public static BatchResult All(DeliveryResult result) => new(result, null);

    /// <summary>An outcome for each alert, in the order of the batch.</summary>
    public static BatchResult Each(IReadOnlyList<DeliveryResult> results) => new(default, results);
}
