// The API's types under the names that the app uses. All of them are the generated ones.
import type { components } from './schema';

type Schemas = components['schemas'];

export type SignedIn = Schemas['SignedIn'];
export type Tokens = Schemas['Tokens'];
export type SignIn = Schemas['LoginBody'];
export type SignUp = Schemas['RegisterBody'];

export type Me = Schemas['MeView'];
export type User = Schemas['UserView'];
export type UserCard = Schemas['UserCard'];
export type ProfileChange = Schemas['ProfileChange'];
export type PasswordChange = Schemas['PasswordChange'];
export type ForgottenPassword = Schemas['Forgotten'];
export type NewPassword = Schemas['PasswordReset'];
export type CodeSent = Schemas['CodeSent'];
export type EmailChange = Schemas['EmailChange'];
export type AccountDeletion = Schemas['Leaving'];
export type Device = Schemas['Session'];

export type Media = Schemas['MediaView'];
export type Variant = Schemas['MediaVariant'];

export type Post = Schemas['PostView'];
export type NewPost = Schemas['NewPost'];
export type PostChange = Schemas['PostChange'];
export type Visibility = Schemas['Visibility'];
export type Comment = Schemas['CommentView'];
export type NewComment = Schemas['NewComment'];

export type Sizes = Schemas['Sizes'];

export type Consent = Schemas['Consent'];
export type ScopeWords = Schemas['ScopeWords'];
export type ClientCard = Schemas['ClientCard'];
export type Decision = Schemas['Decided'];
export type DeviceRequest = Schemas['DeviceRequest'];
export type DeviceDecision = Schemas['DeviceDecided'];
export type AuthorizedApp = Schemas['AuthorizedApp'];
export type OwnApp = Schemas['App'];
export type OwnAppWithSecret = Schemas['AppWithSecret'];
export type NewApp = Schemas['NewApp'];
export type AppChange = Schemas['AppChange'];

export type Webhook = Schemas['Webhook'];
export type WebhookWithSecret = Schemas['WebhookWithSecret'];
export type NewWebhook = Schemas['NewWebhook'];
export type WebhookChange = Schemas['WebhookChange'];
export type WebhookEvent = Schemas['WebhookEvent'];
export type WebhookDelivery = Schemas['WebhookDelivery'];

/** One page of a list; the schema writes it out once for every kind of item. */
export type Page<T> = Omit<Schemas['Envelope_Listing_PostView']['data'], 'items'> & { items: T[] };

export type Role = Schemas['Role'];
export type NewReport = Schemas['NewReport'];
export type ReportSubject = NewReport['subject'];
export type ReportReason = NewReport['reason'];
export type Reported = Schemas['QueueItem'];
export type ModerationAction = Schemas['ModerationAction'];
export type Account = Schemas['AdminUser'];
export type AuditEntry = Schemas['AuditEntry'];
