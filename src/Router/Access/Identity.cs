namespace Saker.Router.Access;

/// <summary>Who sends a request: a client that is known, nobody in particular (both null), or somebody who claims to be one and is not.</summary>
/// <param name="Client">The client.</param>
/// <param name="Fault">What is wrong with what it shows, as a sentence without any of it.</param>
internal readonly record struct Identity(Client? Client, string? Fault)
{
    public static Identity Of(Client client) => new(client, null);

    public static Identity Unknown(string fault) => new(null, fault);
}
